// A screen on the wall: the next page in turn after so many seconds, unless somebody has pressed pause.
const still = matchMedia('(prefers-reduced-motion: reduce)').matches
let paused = (sessionStorage.paused ?? String(still)) === 'true'

function show() {
  const part = document.getElementById('pause')
  part.textContent = paused ? part.dataset.go : part.dataset.stop
  part.hidden = document.getElementById('left').hidden = false
}
async function turn() {
  const answer = await fetch(document.getElementById('turn').href).catch(() => null)
  if (answer?.ok && !paused) location.replace(answer.url) // else it stays: no turn to a page that is not there
}
document.addEventListener('click', event => {
  if (event.target.id !== 'pause') return
  paused = !paused
  sessionStorage.paused = paused
  show()
})
document.addEventListener('keydown', event => {
  if (event.key !== ' ' || event.target.closest('a, button, input, summary')) return
  event.preventDefault()
  document.getElementById('pause').click()
})
document.addEventListener('fragment', show)
let seconds = 0
setInterval(() => {
  if (paused || document.hidden) return
  const bar = document.getElementById('left')
  seconds = (seconds + 1) % (bar.max + 1)
  bar.value = seconds
  if (seconds === bar.max) turn()
}, 1000)
show()
