// Ready texts begin with the address at which the reader opened the page, and can be copied with a button.
for (const box of document.querySelectorAll('pre[data-origin]')) {
  const code = box.firstElementChild
  if (location.protocol !== 'file:') code.textContent = code.textContent.replaceAll(box.dataset.origin, location.origin)
  if (!navigator.clipboard) continue // on an address that is not encrypted there is none
  const button = document.createElement('button')
  button.className = 'copy'
  button.textContent = box.dataset.copy
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = box.dataset.copied
  })
  box.parentElement.append(button)
}
