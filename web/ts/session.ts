import { part } from './words'

// How long before its end a session warns, in seconds.
const early = 120

interface Left {
  left: number // without a request
  in_all: number // whatever happens
}

// warnOfEnd opens a dialog before the session ends, in which one press goes on. Other windows may
// have used the session meanwhile, so the server is asked first how long it has; asking is no use.
export function warnOfEnd(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-session]')
  if (!dialog) return
  const stay = part<HTMLButtonElement>(dialog, 'stay')
  const close = part<HTMLButtonElement>(dialog, 'close')
  let timer = 0
  let due = 0
  let over = false

  const wait = (seconds: number) => {
    due = Date.now() + seconds * 1000
    clearTimeout(timer)
    timer = window.setTimeout(() => void look(), seconds * 1000)
  }
  const say = (name: string) => {
    for (const text of ['soon', 'last', 'over', 'failed']) part(dialog, text).hidden = text !== name
    stay.hidden = name !== 'soon' && name !== 'failed'
    close.hidden = !stay.hidden
    if (!dialog.open) dialog.showModal()
    if (!stay.hidden) stay.focus()
    else close.focus()
  }
  const take = ({ left, in_all }: Left) => {
    if (left > early) {
      if (dialog.open) dialog.close()
      wait(left - early)
      return
    }
    say(left < in_all ? 'soon' : 'last')
    wait(left + 1)
  }
  // Nothing is a session that is over; a server that is away is no answer.
  const ask = async (path: string, method: string): Promise<Left | undefined> => {
    const answer = await fetch(path, { method, headers: { Accept: 'application/problem+json' } })
    if (answer.status === 401) return undefined
    if (!answer.ok) throw new Error(String(answer.status))
    return (await answer.json()) as Left
  }
  const look = async () => {
    if (over) return
    try {
      const left = await ask('/session/left', 'GET')
      if (left && left.left > 0) {
        take(left)
        return
      }
      over = true
      if (typed()) say('over')
      else location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
    } catch {
      wait(30) // no connection; what happens next is seen when there is one
    }
  }
  const goOn = async () => {
    try {
      const left = await ask('/session/stay', 'POST')
      if (left) take(left)
      else void look()
    } catch {
      say('failed')
    }
  }

  stay.addEventListener('click', (event) => {
    event.preventDefault()
    void goOn()
  })
  // Escape is a sign of life too.
  dialog.addEventListener('cancel', (event) => {
    if (stay.hidden) return
    event.preventDefault()
    void goOn()
  })
  // A timer stands still while a machine sleeps.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() > due) void look()
  })
  // A wrong clock only makes it ask too soon or not before silence would end the session.
  const { idle, ends } = dialog.dataset
  wait(Math.max(1, Math.min(Number(idle), Number(ends) - Date.now() / 1000) - early))
}

// typed reports whether something stands in a field that was not there when the page came.
function typed(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('main input, main textarea')
  return [...fields].some((f) => {
    if (f instanceof HTMLInputElement && (f.type === 'checkbox' || f.type === 'radio'))
      return f.checked !== f.defaultChecked
    return f.type !== 'hidden' && f.value !== f.defaultValue
  })
}
