import { fill, part } from './words'

// A page of a form on which answers decide what else is asked: the server says so when the page is
// sent, and a script as soon as the answer is given. It asks the server for the page as it is then.

// showSooner follows the answers on which more of the page depends.
export function showSooner(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-decides]')
  if (!form) return
  const decides = (form.dataset.decides ?? '').split(' ')
  let asked: XMLHttpRequest | undefined
  form.addEventListener('change', ({ target }) => {
    const name = target instanceof Element ? (target.getAttribute('name') ?? '') : ''
    if (!name.split('.').some((word) => decides.includes(word))) return
    asked?.abort()
    asked = look(form)
  })
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
    if (request.status === 200 && fresh) takeOver(form, fresh)
  })
  request.open('POST', form.action)
  request.send(body)
  return request
}

// seen are the questions that were on the page so far: one that comes back still has what was typed.
const seen = new Map<string, HTMLElement>()

// takeOver shows the questions of the fresh page. Those that were there already stay the same
// elements, with what was typed meanwhile, the files, and the focus.
function takeOver(form: HTMLFormElement, fresh: HTMLFormElement): void {
  const old = part(form, 'questions')
  const questions = document.importNode(part(fresh, 'questions'), true)
  const focus = document.activeElement
  const had = fields(old)
  for (const field of had) seen.set(key(field), field)
  const came: string[] = []
  for (const field of fields(questions)) {
    const same = seen.get(key(field))
    if (same) field.replaceWith(same)
    if (!same || !had.includes(same)) came.push(words(field))
  }
  old.replaceWith(questions)
  if (focus instanceof HTMLElement && focus !== document.activeElement) focus.focus({ preventScroll: true })
  const asked = form.elements.namedItem('asked')
  const now = fresh.elements.namedItem('asked')
  if (asked instanceof HTMLInputElement && now instanceof HTMLInputElement) asked.value = now.value
  part(form, 'came').textContent = came.length ? fill(form.dataset.came, { questions: came.join(', ') }) : ''
}

// fields are the questions, each with all its controls.
function fields(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('.field')].filter((field) => !field.parentElement?.closest('.field'))
}

function words(field: HTMLElement): string {
  return field.querySelector('legend, label')?.textContent?.trim().replace(/\s+/g, ' ') ?? ''
}

// key tells a question by its controls and its words, which say whether it must be answered.
function key(field: HTMLElement): string {
  return `${field.querySelector('[name]')?.getAttribute('name') ?? ''} ${words(field)}`
}
