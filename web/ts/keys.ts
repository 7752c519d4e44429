import { copyOf } from './words'

// Keys of the office: "/" searches, arrows walk a list, Ctrl+Enter sends a form, "?" shows them.
// They can be switched off (WCAG 2.1.4), which this browser remembers.

const off = 'voordeur-keys-off'

// useKeys brings the keys to pages that have their explanation.
export function useKeys(): void {
  if (!document.querySelector('[data-part="keys"]')) return
  const dialog = copyOf<HTMLDialogElement>(document, 'keys')
  document.body.append(dialog)
  // In the rail and in the menu, of which one shows: who zooms in has the menu.
  for (const place of document.querySelectorAll('.rail-who > .who, .menu-list > form')) {
    const button = copyOf<HTMLButtonElement>(document, 'keys-button')
    button.addEventListener('click', () => dialog.showModal())
    place.before(button)
  }

  const use = dialog.querySelector<HTMLInputElement>('input[type="checkbox"]')
  if (use) {
    use.checked = localStorage.getItem(off) === null
    use.addEventListener('change', () => (use.checked ? localStorage.removeItem(off) : localStorage.setItem(off, '1')))
  }
  document.addEventListener('keydown', (event) => {
    if (use?.checked && !document.querySelector('dialog[open]') && press(event, dialog)) event.preventDefault()
  })
}

// press does what a key asks for and reports whether it was one of ours.
function press(event: KeyboardEvent, dialog: HTMLDialogElement): boolean {
  const at = event.target as HTMLElement
  const typing = at.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') || at.isContentEditable
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    const form = at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement ? at.form : null
    form?.requestSubmit()
    return form !== null
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return false
  switch (event.key) {
    case '?':
      dialog.showModal()
      return true
    case '/':
      return search()
    case 'ArrowDown':
      return walk(at, 1)
    case 'ArrowUp':
      return walk(at, -1)
    default:
      return false
  }
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  field?.focus()
  field?.select()
  return field !== null
}

// walk moves the focus to the row before or after; where nothing has the focus, the first arrow
// down goes to the first row.
function walk(at: HTMLElement, step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll('main .list tbody tr, main .rows > li')]
  const here = rows.findIndex((row) => row.contains(at))
  const nowhere = at === document.body || at.id === 'main'
  if (here < 0 && !(nowhere && step > 0)) return false
  const link = rows[here + step]?.querySelector('a')
  link?.focus()
  return link !== null && link !== undefined
}
