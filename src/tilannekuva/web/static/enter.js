// Keeps what is entered on the phone until the server tells what came of it: a page that tells so holds #told.
const get = (id, page = document) => page.getElementById(id)
const read = () => JSON.parse(localStorage.waiting ?? '[]')
let pause = 0, later, busy, typing

const keep = (all, why) => {
  localStorage.waiting = JSON.stringify(all)
  const note = get('waits')
  note.hidden = !all.length
  note.dataset.why = why
  note.querySelector('output').textContent = all.map(one => one.what).join(', ')
}
const send = async () => {
  const [one] = read()
  if (!one || busy || typing) return
  busy = 1
  clearTimeout(later)
  try {
    const answer = await fetch(one.to, { method: 'POST', body: new URLSearchParams(one.body), keepalive: true })
    const made = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const told = get('told', made)
    if (!told) throw answer.status < 500 && 'closed'
    if (!typing) {
      told.append(...get('told')?.children ?? [])
      get('main').replaceWith(get('main', made))
      keep(read().filter(other => other.body !== one.body))
      typing = told.className // what must be mended is in the form again: nothing takes its place
      told.focus()
    }
    pause = 0
  } catch (why) {
    keep(read(), why)
    pause = Math.min(2 * pause || 4e3, 3e5)
  }
  busy = 0
  later = setTimeout(send, pause)
}
addEventListener('input', () => { typing = 1 })
addEventListener('submit', event => {
  const form = event.target
  if (form.id !== 'report') return
  try {
    const day = form.elements.day.value.split('-').reverse().join('.')
    const body = '' + new URLSearchParams(new FormData(form))
    keep([...read(), { to: form.action, body, what: `${form.dataset.what} ${day}` }])
  } catch { return } // nothing is kept here: the form goes as forms go
  event.preventDefault()
  form.reset()
  typing = 0
  send()
})
addEventListener('click', event => {
  const { ask } = event.target.dataset
  if (ask && confirm(ask)) keep([])
})
addEventListener('online', send)
keep(read())
send()
