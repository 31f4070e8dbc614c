// The map page; without it the page is whole.
const all = (selector, root = document) => [...root.querySelectorAll(selector)]
const one = (selector, root = document) => root.querySelector(selector)
const svg = one('svg.map'), table = one('.map-table table'), body = table.tBodies[0], player = one('.player')
const areas = all('[data-area]', svg), ids = areas.map(area => area.dataset.area)
const rowOf = nth => one(`[data-area="${ids[nth]}"]`, body), title = area => one('title', area)
const pattern = title(svg).id.slice(0, -1)
svg.parentNode.classList.add('ready')

// One sign for each area and day; the words of a day are the server's.
const SIGNS = { z: 'zero', n: 'nodata', s: 'suppressed', y: 'zero provisional' }
for (const n of '012345') SIGNS['abcdef'[n]] = (SIGNS[n] = `class-${n}`) + ' provisional'
const was = []
export function show(at) {
  const { frames } = player.dataset, length = frames.length / areas.length
  areas.forEach((area, nth) => {
    const sign = frames[nth * length + at]
    if (was[nth] === sign) return
    was[nth] = sign
    area.setAttribute('class', `m-area ${area.tagName === 'circle' ? 'm-point ' : ''}${SIGNS[sign]}`)
    if (sign === 'n' || sign === 's') area.setAttribute('fill', `url(#${pattern}${sign})`)
  })
}
if (player) {
  const [button, range, said] = player.children, play = button.textContent
  const days = player.dataset.days.split('|'), dates = player.dataset.dates.split('|')
  let timer, rest, asked = 0
  const step = () => {
    show(+range.value)
    said.value = days[range.value]
    range.setAttribute('aria-valuetext', said.value)
    clearTimeout(rest)
    rest = setTimeout(words, timer ? 600 : 200, +range.value)
  }
  const words = async at => {
    const url = new URL(location), mine = ++asked
    url.searchParams.set('day', dates[at])
    const text = await fetch(url).then(answer => answer.text(), () => '')
    if (mine !== asked) return
    const page = new DOMParser().parseFromString(text, 'text/html')
    if (one('.player input', page)?.getAttribute('value') !== `${at}`) return classes()
    for (const part of ['.map-says', '.map-table caption', '.map-table tbody', '.days nav', 'svg.map > title']) one(part).innerHTML = one(part, page).innerHTML
    all('[data-area] title', one('svg.map', page)).forEach((there, nth) => { title(areas[nth]).textContent = there.textContent })
    all('header a, footer a', page).forEach((there, nth) => { all('header a, footer a')[nth].href = there.getAttribute('href') })
    one('[name=day]').value = dates[at]
    history.replaceState(null, '', url)
    if (sorted) sort(...sorted)
  }
  // Files on a disk answer nothing: the table then gives the words of the legend.
  const classes = () => {
    const legend = Object.fromEntries(all('.legend rect').map(rect => [rect.classList[1], rect.closest('li').textContent.trim()]))
    areas.forEach((area, nth) => {
      const row = rowOf(nth), [kind, unsure] = SIGNS[was[nth]].split(' ')
      row.cells[1].textContent = legend[kind]
      row.cells[2].textContent = legend[unsure] ?? ''
      title(area).textContent = row.textContent
    })
    one('.map-says').textContent = said.value
  }
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = play }
  range.oninput = () => { stop(); step() }
  button.onclick = () => {
    if (timer) { stop(); return step() }
    if (range.value === range.max) range.value = 0
    button.textContent = button.dataset.stop
    timer = setInterval(() => { range.value++; if (range.value === range.max) stop(); step() }, 400)
  }
  show(+range.value)
  player.classList.add('ready')
}

// One finger scrolls the page; two, or Ctrl, move the map.
const home = (({ x, y, width, height }) => [x, y, width, height])(svg.viewBox.baseVal), SHEET = [672, 1160]
const lettered = one('.m-words', svg) ?? svg, letter = lettered.getAttribute('font-size')
let now = home, later
function look([x, y, width, height]) {
  const [wide, tall] = SHEET
  now = [Math.min(Math.max(x, 0), wide - width), Math.min(Math.max(y, 0), tall - height), width, height]
  svg.setAttribute('viewBox', now.join(' '))
  svg.style.setProperty('--zoom', home[2] / width)
  lettered.setAttribute('font-size', letter * width / home[2])
  clearTimeout(later)
  later = setTimeout(() => svg.dispatchEvent(new Event('look')), 150)
}
function zoom(by, x = now[0] + now[2] / 2, y = now[1] + now[3] / 2) {
  const share = Math.min(SHEET[0], Math.max(8, now[2] / by)) / now[2]
  look([x - (x - now[0]) * share, y - (y - now[1]) * share, now[2] * share, now[3] * share])
}
const spot = (x, y) => { const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse()); return [at.x, at.y] }
for (const button of all('[data-zoom]')) button.onclick = () => +button.dataset.zoom ? zoom(+button.dataset.zoom, ...mark ? middles[at] : []) : look(home)
let held
const hold = ([a, b = a]) => [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1]
const drag = points => {
  const next = hold(points), from = spot(...held), to = spot(...next)
  look([now[0] + from[0] - to[0], now[1] + from[1] - to[1], now[2], now[3]])
  zoom(next[2] / held[2], ...spot(...next))
  held = next
}
const on = (name, act) => svg.addEventListener(name, act, { passive: false })
on('wheel', event => { if (event.ctrlKey) { event.preventDefault(); zoom(event.deltaY < 0 ? 1.3 : .77, ...spot(event.clientX, event.clientY)) } })
on('mousedown', event => { if (event.ctrlKey) { event.preventDefault(); held = hold([event]) } })
on('mousemove', event => { if (held && event.buttons) drag([event]); else held = 0 })
on('touchstart', event => { held = event.touches[1] && hold(event.touches) })
on('touchmove', event => { if (held && event.touches[1]) { event.preventDefault(); drag(event.touches) } })

// The map is one stop of the keyboard; an arrow key goes to the neighbour that lies that way.
const middles = areas.map(area => { const box = area.getBoundingClientRect(); return spot(box.x + box.width / 2, box.y + box.height / 2) })
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
let at = Math.max(0, ids.indexOf(one('.here', body)?.dataset.area)), mark
const read = nth => {
  at = nth
  one('.map-here').textContent = title(areas[at]).textContent
  mark?.remove()
  mark = svg.appendChild(areas[at].cloneNode())
  mark.removeAttribute('data-area')
  mark.setAttribute('class', 'm-point m-at')
}
const towards = ([right, down]) => {
  let best = at, least = Infinity
  middles.forEach(([x, y], nth) => {
    const across = x - middles[at][0], below = y - middles[at][1]
    const far = across * right + below * down, off = Math.abs(across * down) + Math.abs(below * right)
    if (far > 0 && far >= off && far + 2 * off < least) { best = nth; least = far + 2 * off }
  })
  return best
}
svg.setAttribute('tabindex', 0)
svg.setAttribute('role', 'application')
svg.onclick = event => { const nth = areas.indexOf(event.target); if (nth >= 0) read(nth) }
svg.onkeydown = event => {
  const { key, ctrlKey } = event, way = WAYS[key]
  if (event.altKey || event.metaKey || (ctrlKey && !way) || !areas[0]) return
  if (ctrlKey) look([now[0] + way[0] * now[2] / 4, now[1] + way[1] * now[3] / 4, now[2], now[3]])
  else if (way) read(mark ? towards(way) : at)
  else if (key === 'Enter') one('a', rowOf(at)).click()
  else return
  event.preventDefault()
}

let sorted
function sort(nth, down) {
  sorted = [nth, down]
  const value = row => { const cell = row.cells[nth], data = one('data', cell); return data ? parseFloat(data.value || -1e99) : cell.textContent }
  const order = (a, b) => a.localeCompare ? a.localeCompare(b, document.documentElement.lang) : a - b
  body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * order(value(a), value(b))))
  heads.forEach((th, each) => th.setAttribute('aria-sort', each !== nth ? 'none' : down ? 'descending' : 'ascending'))
}
const heads = all('th', table.tHead)
heads.forEach((th, nth) => {
  const button = document.createElement('button')
  button.className = 'sort'
  button.textContent = th.dataset.head = th.textContent
  button.onclick = () => sort(nth, sorted?.[0] === nth ? !sorted[1] : nth === 1)
  th.replaceChildren(button)
})
