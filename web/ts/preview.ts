// The preview of the house style follows what is typed: the server makes its sheet anew of the
// colours, the font and the corners in the form. What is wrong with them, it says when asked to.

const colour = /^#[0-9a-f]{6}$/i
const patience = 150 // ms without a change, so that dragging through colours asks for few sheets

export function livePreview(): void {
  const form = document.querySelector<HTMLFormElement>('[data-preview] form')
  const sheet = document.querySelector<HTMLLinkElement>('link[data-preview-sheet]')
  if (!form || !sheet) return
  for (const place of form.querySelectorAll<HTMLElement>('.colour')) pickIn(place)

  let current = sheet
  let waiting = 0
  form.addEventListener('input', (event) => {
    const { target } = event
    if (target instanceof HTMLInputElement && target.name === 'name') rename(target.value)
    clearTimeout(waiting)
    waiting = window.setTimeout(() => (current = renew(current, form)), patience)
  })
}

// pickIn puts a field of the browser's own to pick a colour with before the one to type it in.
function pickIn(place: HTMLElement): void {
  const typed = place.querySelector('input')
  if (!typed) return
  const picker = document.createElement('input')
  picker.type = 'color'
  picker.className = 'swatch'
  picker.ariaLabel = place.dataset.pick ?? ''
  const show = () => {
    const shown = typed.value || (place.dataset.derived ?? '')
    if (colour.test(shown)) picker.value = shown
  }
  picker.addEventListener('input', () => (typed.value = picker.value))
  typed.addEventListener('input', show)
  show()
  place.querySelector('svg.swatch')?.remove()
  place.prepend(picker)
}

// renew asks for the sheet of what the form holds now. The old one stays until the new one is here,
// or the pages would stand without colours for a moment.
function renew(old: HTMLLinkElement, form: HTMLFormElement): HTMLLinkElement {
  const address = new URL(old.href)
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string' || !(name === 'font' || name === 'radius' || isColour(form, name))) continue
    if (value === '') address.searchParams.delete(name)
    else if (!isColour(form, name) || colour.test(value)) address.searchParams.set(name, value)
  }
  if (address.href === old.href) return old
  const fresh = document.createElement('link')
  fresh.rel = 'stylesheet'
  fresh.dataset.previewSheet = ''
  fresh.href = address.href
  fresh.addEventListener('load', () => old.remove())
  old.after(fresh)
  return fresh
}

function isColour(form: HTMLFormElement, name: string): boolean {
  const field = form.elements.namedItem(name)
  return field instanceof HTMLInputElement && field.closest('.colour') !== null
}

function rename(name: string): void {
  for (const place of document.querySelectorAll('[data-preview-name]')) place.textContent = name
}
