import { fill, part } from './words'

// A page of a form on which answers decide what else is asked: the server says so when the page is
// sent, and a script as soon as the answer is given. It asks the server for the page as it is then.

// showSooner follows the answers on which more of the page depends.
export function showSooner(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-decides]')
  if (!form) return
  const decides = (form.dataset.decides ?? '').split(' ')
  let asked: XMLHttpRequest | undefined
  addEventListener('pointerdown', () => (pressed = true), true)
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(release), true)
  form.addEventListener('change', ({ target }) => {
    const name = target instanceof Element ? (target.getAttribute('name') ?? '') : ''
    if (!name.split('.').some((word) => decides.includes(word))) return
    asked?.abort()
    asked = look(form)
  })
}

// While something is pressed nothing moves, or the click would go to what came in its place.
let pressed = false
let waiting: (() => void) | undefined

function release(): void {
  pressed = false
  waiting?.()
  waiting = undefined
}

// look posts what was filled in, without files, and takes over what the page has then. Where that
// fails, the page stays as it is: sending it asks the same.
function look(form: HTMLFormElement): XMLHttpRequest {
  const body = new FormData()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
  body.append('do', 'look')
  const request = new XMLHttpRequest()
  request.responseType = 'document' // the browser's own reader: text is nowhere made into markup
  request.addEventListener('load', () => {
    const fresh = request.responseXML?.querySelector<HTMLFormElement>('form[data-decides]')
    if (request.status !== 200 || !fresh) return
    waiting = () => takeOver(form, fresh)
    if (!pressed) release()
  })
  request.open('POST', form.action)
  request.send(body)
  return request
}

// seen are the questions that were on the page and went: one that comes back still has what was typed.
const seen = new Map<string, Element>()

// takeOver shows the questions of the fresh page. Those that were there already are not touched: they
// have what was typed meanwhile, the files, the focus, and the click that is under way.
function takeOver(form: HTMLFormElement, fresh: HTMLFormElement): void {
  const came: string[] = []
  follow(part(form, 'questions'), part(fresh, 'questions'), came)
  const asked = form.elements.namedItem('asked')
  const now = fresh.elements.namedItem('asked')
  if (asked instanceof HTMLInputElement && now instanceof HTMLInputElement) asked.value = now.value
  part(form, 'came').textContent = came.length ? fill(form.dataset.came, { questions: came.join(', ') }) : ''
}

// follow makes old hold what fresh holds, in its order, and notes the questions that came.
function follow(old: Element, fresh: Element, came: string[]): void {
  let at = old.firstElementChild
  for (const child of fresh.children) {
    const same = among(at, key(child))
    if (!same) {
      const comes = brought(child)
      for (const field of fields(comes)) came.push(words(field))
      old.insertBefore(comes, at)
      continue
    }
    while (at && at !== same) at = gone(at)
    if (same.matches('section')) follow(same, child, came)
    at = same.nextElementSibling
  }
  while (at) at = gone(at)
}

// among finds an element by its key, from one on.
function among(from: Element | null, wanted: string): Element | null {
  for (let el = from; el; el = el.nextElementSibling) if (key(el) === wanted) return el
  return null
}

// gone takes an element away, and returns the next.
function gone(el: Element): Element | null {
  const next = el.nextElementSibling
  for (const field of fields(el)) seen.set(key(field), field)
  el.remove()
  return next
}

// brought is an element of the fresh page for this one, with the questions in it that were here before.
function brought(el: Element): Element {
  const had = seen.get(key(el))
  if (had) return had
  const comes = document.importNode(el, true)
  for (const field of fields(comes)) {
    const before = seen.get(key(field))
    if (before) field.replaceWith(before)
  }
  return comes
}

// fields are the questions in an element or that it is, each with all its controls.
function fields(el: Element): Element[] {
  return el.matches('.field')
    ? [el]
    : [...el.querySelectorAll('.field')].filter((field) => !field.parentElement?.closest('.field'))
}

function words(el: Element): string {
  return el.querySelector('legend, label, h2, h3')?.textContent?.trim().replace(/\s+/g, ' ') ?? ''
}

// key tells a question by its controls and its words, which say whether it must be answered, a group by its heading, and
// what else stands there by all that it says.
function key(el: Element): string {
  if (el.matches('section')) return `group ${words(el)}`
  if (!el.matches('.field, input')) return `${el.tagName} ${el.textContent}`
  const control = el.matches('input') ? el : el.querySelector('[name]')
  return `question ${control?.getAttribute('name') ?? ''} ${words(el)}`
}
