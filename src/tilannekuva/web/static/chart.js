// Arrow keys or the pointer read a chart, whose table is its data; a span fills it; a marker leads.

const clamp = (value, low, high) => Math.max(low, Math.min(high, value))
const set = (element, values) => Object.entries(values).forEach(each => element.setAttribute(...each))

function make(parent, name, values) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  set(made, values)
  return parent.appendChild(made)
}

function tableOf(figure) {
  const heads = [...figure.querySelectorAll('.data thead th')].map(each => each.textContent)
  return [...figure.querySelectorAll('.data tbody tr:has(time)')].map(row => {
    const [label, ...cells] = [...row.cells].map(each => each.textContent.trim())
    const numbers = row.querySelectorAll('data')
    const told = cells.map((text, at) => numbers.length > 1 && numbers[at] ? `${heads[at + 1]} ${text}` : text)
    const day = Date.parse(row.querySelector('time').dateTime) / 864e5 + 719163 // as Python counts days
    return {day, label, value: numbers[0]?.value, text: `${label}: ${told.filter(Boolean).join(', ')}`}
  }).sort((one, other) => one.day - other.day)
}

// One drawing of a chart (wide or narrow), with its cursor and what is chosen.
class Drawing {
  constructor(svg) {
    [this.left, this.top, this.right, this.bottom, ...this.span] = svg.dataset.plane.split(' ').map(Number);
    [this.low, this.high] = this.span.splice(2)
    this.whole = this.span
    this.svg = svg
    this.size = svg.viewBox.baseVal
    this.was = [...svg.querySelectorAll('.g-moving > *')].map(each => {
      const box = each.querySelector('rect') ?? each
      const read = name => Number(box.getAttribute(name))
      return [each, read('x') || read('cx'), read('width')]
    })
    this.chosen = make(svg, 'rect', {class: 'g-chosen'})
    this.cursor = make(svg, 'path', {class: 'g-cursor'})
    this.ends = ['start', 'end'].map(side => make(svg, 'text', {
      class: 'g-label', 'text-anchor': side, x: side === 'end' ? this.right : this.left, y: this.size.height - 8,
    }))
  }

  x(day, [from, to] = this.span) {
    return this.left + (day - from) / (to - from) * (this.right - this.left)
  }

  dayAt(clientX) {
    const box = this.svg.getBoundingClientRect(), [from, to] = this.span
    const x = (clientX - box.left) / box.width * this.size.width
    return from + (x - this.left) / (this.right - this.left) * (to - from)
  }

  show(row, [from, to]) {
    const x = this.x(row.day), left = this.x(from.day), ring = 'a5 5 0 1 0 10 0a5 5 0 1 0-10 0'
    const y = this.bottom - (row.value - this.low) / (this.high - this.low) * (this.bottom - this.top)
    this.cursor.setAttribute('d', `M${x} ${this.top}V${this.bottom}${row.value ? `M${x - 5} ${y}${ring}` : ''}`)
    set(this.chosen, {x: left, y: this.top, width: this.x(to.day) - left, height: this.bottom - this.top})
  }

  // Stretch what stands on days; words, dots and markers only move.
  zoom(span, labels) {
    this.span = span ?? this.whole
    const k = (this.whole[1] - this.whole[0]) / (this.span[1] - this.span[0])
    const shift = this.left - k * this.x(this.span[0], this.whole)
    for (const [each, x, width] of this.was) {
      const kind = each.tagName, to = k * x + shift
      if (kind === 'path' && !span) each.removeAttribute('transform')
      else if (kind === 'path') set(each, {transform: `matrix(${k} 0 0 1 ${shift} 0)`})
      else if (kind === 'g') set(each, {transform: `translate(${to - x + (k - 1) * width / 2})`})
      else if (kind === 'rect') set(each, {x: to, width: k * width})
      else set(each, {[kind === 'circle' ? 'cx' : 'x']: to})
    }
    this.svg.querySelectorAll('.g-day, .g-feet').forEach(each => set(each, {visibility: span ? 'hidden' : ''}))
    this.ends.forEach((text, at) => { text.textContent = span ? labels[at] : '' })
  }
}

function setUp(figure) {
  const all = tableOf(figure)
  if (all.length < 2 || figure.querySelector('.g-reader')) return
  const [frame, told] = figure.querySelectorAll('.drawing, .reading')
  const drawings = [...frame.querySelectorAll('svg[data-plane]')].map(svg => new Drawing(svg))
  const reader = frame.appendChild(document.createElement('div'))
  const name = `${frame.querySelector('title').textContent}. ${told.dataset.keys}`
  set(reader, {class: 'g-reader', tabindex: 0, role: 'application', 'aria-label': name})
  let rows = all, at = all.length - 1, anchor = at, dragged = false, mark

  const bounds = () => [rows[Math.min(anchor, at)], rows[Math.max(anchor, at)]]

  function read(place, chooses) {
    at = clamp(place, 0, rows.length - 1)
    if (!chooses) anchor = at
    drawings.forEach(each => each.show(rows[at], bounds()))
    told.textContent = anchor === at ? rows[at].text : bounds().map(each => each.label).join(' – ')
  }

  function zoom(from, to) {
    rows = from ? rows.filter(row => row.day >= from.day && row.day <= to.day) : all
    drawings.forEach(each => each.zoom(from && [from.day, to.day], from && [from.label, to.label]))
    read(rows.length - 1)
  }

  function point(event, chooses) {
    const day = drawings.find(each => each.svg.getClientRects().length).dayAt(event.clientX)
    const far = rows.map(row => Math.abs(row.day - day))
    read(far.indexOf(Math.min(...far)), chooses)
  }

  const steps = {ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7, Home: -1e9, End: 1e9}
  reader.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key in steps) read(at + steps[event.key], event.shiftKey)
    else if (event.key === 'Enter' && anchor !== at) zoom(...bounds())
    else if (event.key === 'Escape') zoom()
    else return
    event.preventDefault()
  })
  reader.addEventListener('focus', () => read(at))
  frame.addEventListener('pointermove', event => point(event, dragged))
  frame.addEventListener('pointerdown', event => {
    point(event)
    mark = event.target.closest('.g-event')
    dragged = event.pointerType !== 'touch' && !event.button // a finger scrolls the page
    if (dragged) frame.setPointerCapture(event.pointerId)
  })
  frame.addEventListener('pointerup', () => {
    if (dragged && Math.abs(at - anchor) > 1) zoom(...bounds())
    else figure.querySelector(`[value="${parseInt(mark?.textContent)}"] a`)?.click()
    dragged = false
  })
  frame.addEventListener('dblclick', () => zoom())
}

const setUpAll = () => document.querySelectorAll('.graph').forEach(setUp)
document.addEventListener('fragment', setUpAll)
setUpAll()
