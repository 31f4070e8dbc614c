// The clock's keys, while the focus is in it: arrows or [ ] step by a day, n is now; the focus stays in the clock.
const KEYS = { '[': 'prev', ']': 'next', n: 'now', ArrowLeft: 'prev', ArrowRight: 'next' }
const step = name => document.querySelector(`#clock [data-step=${name}]`)

document.addEventListener('keydown', event => {
  const arrow = event.key.startsWith('Arrow')
  if (!event.target.closest('#clock') || event.metaKey) return
  if (arrow && (event.altKey || event.target.localName === 'input')) return
  const link = Object.hasOwn(KEYS, event.key) && step(KEYS[event.key])
  if (link) { event.preventDefault(); link.click() }
})
document.addEventListener('click', event => {
  const name = event.target.closest('[data-step]')?.dataset.step
  if (name) sessionStorage.setItem('step', name)
})

const last = sessionStorage.getItem('step')
sessionStorage.removeItem('step')
if (last) (step(last) ?? step('prev'))?.focus({ preventScroll: true })
