// Words are texts that the server wrote into the page, in the user's language.
export type Words = Record<string, string>

// wordsOf reads the texts from an element's data-words.
export function wordsOf(el: HTMLElement): Words {
  return JSON.parse(el.dataset.words ?? '{}') as Words
}

// fill puts values in the {name} places of a text.
export function fill(text: string | undefined, values: Record<string, string | number>): string {
  return (text ?? '').replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

// size returns "1,2 MB", as the server writes it.
export function size(bytes: number): string {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1000)} kB`
  const decimals = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false }
  return `${(bytes / 1_000_000).toLocaleString(document.documentElement.lang, decimals)} MB`
}

// part finds the one element in a component that its script works with.
export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T {
  const found = root.querySelector<T>(`[data-part="${name}"]`)
  if (!found) throw new Error(`no part ${name}`)
  return found
}

// copyOf returns a fresh copy of the one element in a template.
export function copyOf<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T {
  const template = part<HTMLTemplateElement>(root, name)
  return document.importNode(template.content.firstElementChild as T, true)
}
