// Keeps an open page up to date: hears of a new picture, fetches the page and swaps the parts that changed.
const box = document.getElementById('news')
const all = (one, what) => [...one.querySelectorAll(what)]
const parts = page => all(page, '#clock, main > *, footer')
const sources = page => parts(page).map(one => one.outerHTML)
const stops = one => all(one, 'a, button, input, select, summary, [tabindex]')
let before = sources(document), line, seen, heard

const say = text => { box.textContent = text }

// Puts a fresh part in an old one's place; one in which somebody is filling a form stays as it is.
function swap(old, fresh) {
  if (all(old, 'input').some(one => one.value !== one.defaultValue || one.checked !== one.defaultChecked)) return
  const held = document.activeElement, at = stops(old).indexOf(held)
  const open = all(old, 'details').map(one => one.open)
  const rolled = all(old, '.scroll').map(one => [one.scrollLeft, one.scrollTop])
  old.replaceWith(fresh)
  all(fresh, 'details').forEach((one, n) => { one.open = open[n] ?? one.open })
  all(fresh, '.scroll').forEach((one, n) => rolled[n] && one.scrollTo(...rolled[n]))
  document.dispatchEvent(new CustomEvent('fragment', { detail: fresh }))
  if (at >= 0) (document.getElementById(held.id) ?? stops(fresh)[at])?.focus({ preventScroll: true })
  return true
}

async function refresh(said) {
  const { href } = location
  const answer = await fetch(href).catch(() => 0)
  if (!answer.ok || href !== location.href) return // asked otherwise meanwhile
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const now = sources(page), old = parts(document), fresh = parts(page)
  const alike = now.length === before.length && old.length === before.length
  const pairs = alike ? fresh.map((one, n) => [old[n], one, n]) : [[document, page].map(one => one.querySelector('main'))]
  for (const [one, other, n] of pairs) {
    if (alike && now[n] === before[n]) continue
    const shown = other.closest('main')
    if (!swap(one, other)) continue
    if (alike) before[n] = now[n]
    else before = now
    if (!shown) continue
    say(said)
    setTimeout(() => box.textContent === said && say(''), 9000)
  }
}

function listen() {
  line?.close()
  if (document.hidden) return
  line = new EventSource(box.dataset.events)
  line.onopen = () => { heard = true; say('') }
  line.onmessage = event => {
    const told = JSON.parse(event.data)
    const news = seen ? told.as_of !== seen : told.age * 1000 < performance.now()
    seen = told.as_of
    if (news) setTimeout(refresh, Math.random() * 2000, told[document.documentElement.lang])
  }
  line.onerror = () => {
    if (heard) say(box.dataset.lost)
    if (line.readyState === 2) setTimeout(listen, 30000)
  }
}

document.addEventListener('visibilitychange', listen)
addEventListener('asked', () => refresh(''))
listen()
