// Images of what is in view, in the service's own metres; the group's matrix brings them to the map.
const svg = document.querySelector('svg.map'), under = svg.querySelector('.m-ground')
const { kind, href, corner, resolution, levels, east, north } = under.dataset
async function draw() {
  const view = svg.viewBox.baseVal, back = under.transform.baseVal.consolidate().matrix.inverse()
  const ends = [[0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) => new DOMPoint(view.x + x * view.width, view.y + y * view.height).matrixTransform(back))
  const xs = ends.map(end => end.x + +east), ys = ends.map(end => north - end.y)
  const west = Math.min(...xs), right = Math.max(...xs), south = Math.min(...ys), top = Math.max(...ys), images = []
  const pixels = Math.min(2048, svg.clientWidth * devicePixelRatio), tall = pixels * (top - south) / (right - west)
  if (kind === 'wms') {
    const fit = Math.min(1, 2048 / tall)
    images.push([`box=${[west, south, right, top].map(each => each.toFixed(1))}&width=${Math.round(pixels * fit)}&height=${Math.round(tall * fit)}`, west, south, right, top])
  } else {
    const [left, upper] = corner.split(',')
    let z = 0
    while (z < levels - 1 && (right - west) * 2 ** z / resolution < pixels) z++
    const side = 256 * resolution / 2 ** z
    for (let row = Math.floor((upper - top) / side); upper - row * side > south; row++)
      for (let col = Math.floor((west - left) / side); +left + col * side < right; col++)
        images.push([`z=${z}&row=${row}&col=${col}`, +left + col * side, upper - (row + 1) * side, +left + (col + 1) * side, upper - row * side])
  }
  under.replaceChildren(...images.map(([asked, w, s, e, n]) => {
    const image = document.createElementNS(svg.namespaceURI, 'image')
    const told = { href: `${href}?${asked}`, x: w - east, y: north - n, width: e - w, height: n - s, preserveAspectRatio: 'none' }
    for (const name in told) image.setAttribute(name, told[name])
    return image
  }))
  const answer = await fetch(`${href}?${images[0][0]}`).catch(() => null)
  document.querySelector('.no-ground').hidden = answer?.ok && answer.headers.get('x-ground') !== 'none'
}
svg.addEventListener('look', draw)
draw()
