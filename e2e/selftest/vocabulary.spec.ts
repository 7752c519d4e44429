import type { Page } from '@playwright/test'
import { focusWrong } from '../inpage'
import { expect, test } from '../vocabulary'

const page = (body: string, style = '') => `<!doctype html><html lang="nl">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Proef</title><style>${style}</style>
<main><h1>Mijn gegevens</h1>${body}</main></html>`

const form = page(`
  <form action="/opslaan">
    <p><label for="e">E-mailadres</label> <input id="e" name="e" type="email"></p>
    <p><label for="t">Taal</label> <select id="t" name="t"><option value="nl">Nederlands<option value="en">Engels</select></p>
    <p><label><input type="checkbox" name="m" value="ja"> Stuur mij een e-mail</label></p>
    <p><button>Opslaan</button> <button type="button">Opslaan als</button></p>
  </form>
  <p><a href="/terug">Terug</a></p>`)

// serve answers every address with the page, and tells the path and the query of the last request.
async function serve(target: Page, html: string, status = 200): Promise<() => string> {
  let last = ''
  await target.route('http://proef.localhost/**', (route) => {
    const url = new URL(route.request().url())
    last = decodeURIComponent(url.pathname + url.search)
    return route.fulfill({ status, contentType: 'text/html', body: html })
  })
  return () => last
}

const START = 'http://proef.localhost/'

test('fills in and sends a form', async ({ ik, page }) => {
  const last = await serve(page, form)
  await ik.open(START)
  await ik.kop('Mijn gegevens')
  await ik.vul('E-mailadres', 'jan@client.test')
  await ik.kies('Taal', 'Engels')
  await ik.kies('Stuur mij een e-mail')
  await ik.druk('Opslaan')
  await page.waitForURL('**/opslaan**')
  expect(last()).toBe('/opslaan?e=jan@client.test&t=en&m=ja')
  await ik.zie('Stuur mij een e-mail')
  await ik.druk('Terug')
  await page.waitForURL('**/terug')
})

test.describe('with little patience', () => {
  test.use({ actionTimeout: 500 }) // what is waited for in vain

  test('fails on what is not there', async ({ ik, page }) => {
    await serve(page, form)
    await ik.open(START)
    await expect(ik.kop('Mijn zaken')).rejects.toThrow()
    await expect(ik.zie('U heeft geen lopende zaken')).rejects.toThrow()
    await expect(ik.druk('Opsla')).rejects.toThrow()
    await expect(ik.vul('Telefoonnummer', '1')).rejects.toThrow()
    await expect(ik.kies('Taal', 'Frans')).rejects.toThrow()
  })
})

test('fails on an error page', async ({ ik, page }) => {
  await serve(page, form, 404)
  await expect(ik.open(START)).rejects.toThrow('answer of')
})

test('walks by keyboard and sees the ring', async ({ ik, page }) => {
  await serve(page, form)
  await ik.open(START)
  await ik.tabNaar('E-mailadres')
  await ik.tabNaar('Opslaan')
  await ik.tabNaar('Terug')
  await expect(ik.tabNaar('Uitloggen')).rejects.toThrow('Tab does not come')
})

test('misses a ring', async ({ ik, page: target }) => {
  await serve(target, page('<a href="/terug">Terug</a>', ':focus { outline: none }'))
  await ik.open(START)
  await expect(ik.tabNaar('Terug')).rejects.toThrow('same as without focus')
  expect(await focusWrong(target, 'all')).toEqual(['a Terug looks the same as without focus'])
})

test('notices what covers the focus', async ({ ik, page: target }) => {
  const cover = 'div { position: fixed; inset: 0; background: white }'
  await serve(target, page('<a href="/terug">Terug</a><div>Cookies</div>', cover))
  await ik.open(START)
  await expect(ik.tabNaar('Terug')).rejects.toThrow('covered by div')
  expect(await focusWrong(target, 'all')).toEqual(['a Terug is covered by div'])
})

test('finds violations', async ({ ik, page: target }) => {
  await serve(target, form)
  await ik.open(START)
  await ik.axe()
  await target.unroute('http://proef.localhost/**')
  await serve(target, page('<p style="color:#bbb">Te licht</p><input>'))
  await ik.open(START)
  await expect(ik.axe()).rejects.toThrow(/color-contrast[\s\S]*label/)
})

test('lets no script of a page run that has none', { tag: '@nojs' }, async ({ ik, page: target }) => {
  const scripts = '<script>document.title = "Anders"</script><button onclick="document.title = `Anders`">Opslaan</button>'
  await serve(target, page(scripts))
  for (const path of ['een', 'twee']) {
    await ik.open(START + path)
    await ik.axe()
    await ik.druk('Opslaan')
    await expect(target).toHaveTitle('Proef')
  }
})

test('finds what sticks out', async ({ ik, page: target }) => {
  const table = '<div style="width:3000px" id="breed">breed</div>'
  await serve(target, page(`<div tabindex="0" role="region" aria-label="Tabel" style="overflow-x:auto">${table}</div>`))
  await ik.open(START)
  await ik.geenOverloop()
  await target.unroute('http://proef.localhost/**')
  await serve(target, page(table))
  await ik.open(START)
  await expect(ik.geenOverloop()).rejects.toThrow('div#breed')
})
