// Offers a comparison with the picture that was seen on the visit before this one, an hour ago or more.
const link = document.querySelector('[data-visit]')
const { visit, seen } = link.dataset
try {
  let [last, newest] = JSON.parse(localStorage.visit ?? '[]')
  if (seen && !(Date.parse(seen) - Date.parse(newest) < 36e5)) [last, newest] = [newest, seen]
  else if (seen) newest = seen
  if (seen) localStorage.visit = JSON.stringify([last, newest])
  if (last) {
    link.firstElementChild.href = visit.replace('%40', encodeURIComponent(last))
    link.hidden = false
  }
} catch { } // nothing is kept here
