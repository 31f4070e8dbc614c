// The sliders of a scenario: what follows is asked for as they move; without this, by the button.
const form = document.querySelector('.sliders')
let rest
form.oninput = ({ target }) => {
  target.nextElementSibling.value = target.value
  clearTimeout(rest)
  rest = setTimeout(() => {
    history.replaceState(null, '', '?' + new URLSearchParams(new FormData(form)))
    dispatchEvent(new Event('asked'))
  }, 150)
}
