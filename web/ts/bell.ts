import { fill, part, wordsOf } from './words'

// When to try again after the server refused, in milliseconds; a line that broke the browser mends itself.
const later = 60_000

// liveBell keeps the number of the bell as it is, without loading the page. A browser has few connections to one host, so
// only a window that can be seen holds one.
export function liveBell(): void {
  const bell = document.querySelector<HTMLElement>('[data-live]')
  if (!bell) return
  const words = wordsOf(bell)
  const count = part(bell, 'bell-count')
  const text = part(bell, 'bell-words')
  const said = part(document, 'bell-said')
  let now = Number(bell.dataset.now)
  let source: EventSource | undefined
  let timer = 0

  const show = (n: number) => {
    if (n === now) return
    count.textContent = n > 99 ? '99+' : String(n)
    count.hidden = n === 0
    const sentence = n === 0 ? words.none : n === 1 ? words.one : n > 99 ? words.many : words.other
    text.textContent = fill(sentence, { n })
    // What was read is no news; what came is said once, when nothing else is.
    if (n > now) said.textContent = fill(sentence, { n })
    now = n
  }
  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const open = () => {
    close()
    if (document.hidden) return
    source = new EventSource(bell.dataset.live ?? '')
    source.addEventListener('bell', ({ data }: MessageEvent<string>) => show(Number(data)))
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, later)
    })
  }
  document.addEventListener('visibilitychange', open)
  addEventListener('pagehide', close)
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) open()
  })
  open()
}
