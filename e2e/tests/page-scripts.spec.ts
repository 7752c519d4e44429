import { enter } from '../sessions'
import { expect, test } from '../vocabulary'

// What scripts add to every page; each of these pages works without them.
test.describe('the page', { tag: '@js' }, () => {
  test('a password can be shown and hidden again', async ({ ik, demo }) => {
    const { page } = ik
    await ik.open(`${demo.tenant('notaris').portal}/login`)
    await ik.vul('Wachtwoord', 'Geheim-wachtwoord-1')
    const field = page.getByLabel('Wachtwoord', { exact: true }).and(page.locator('input'))
    await expect(field).toHaveAttribute('type', 'password')
    await page.getByRole('button', { name: /^Wachtwoord tonen/ }).click()
    await expect(field).toHaveAttribute('type', 'text')
    await expect(field).toHaveAttribute('autocomplete', 'current-password')
    await ik.axe()
    await page.getByRole('button', { name: /^Wachtwoord verbergen/ }).click()
    await expect(field).toHaveAttribute('type', 'password')
    await expect(field).toHaveValue('Geheim-wachtwoord-1')
  })

  test('nothing moves while the page comes in (P11)', async ({ ik, demo }) => {
    const { page } = ik
    // A slow machine paints a page of which a part came; there it is that things move.
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 })
    await page.addInitScript(() => {
      const moved: number[] = ((window as unknown as { moved: number[] }).moved = [])
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) moved.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    for (const tenant of ['notaris', 'gemeente']) {
      for (const face of ['portal', 'office'] as const) {
        await ik.open(`${demo.tenant(tenant)[face]}/login`)
        await expect(page.getByRole('button', { name: /^Wachtwoord tonen/ })).toBeVisible()
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        expect(await page.evaluate(() => (window as unknown as { moved: number[] }).moved), `${tenant} ${face}`).toEqual([])
      }
    }
  })

  test('a double click sends a form once; the page that comes back can be sent again', async ({ ik, demo }) => {
    const { page } = ik
    let sent = 0
    await page.route('**/login', async (route) => {
      if (route.request().method() === 'POST') sent++
      await route.continue()
    })
    await ik.open(`${demo.tenant('notaris').portal}/login`)
    await ik.vul('E-mailadres', 'niemand@post.example')
    await ik.vul('Wachtwoord', 'Geheim-wachtwoord-1')
    await page.getByRole('button', { name: 'Inloggen', exact: true }).dblclick()
    await expect(page.getByRole('alert')).toBeVisible()
    expect(sent).toBe(1)
    await ik.vul('Wachtwoord', 'Geheim-wachtwoord-2')
    await page.getByRole('button', { name: 'Inloggen', exact: true }).click()
    await expect.poll(() => sent).toBe(2)
  })

  test('the menu closes with Escape, and the focus is back on the word', async ({ ik, demo }) => {
    const { page } = ik
    const { email, password } = demo.login('notaris', 'client')
    await page.setViewportSize({ width: 360, height: 740 })
    await ik.open(`${demo.tenant('notaris').portal}/login`)
    await ik.vul('E-mailadres', email)
    await ik.vul('Wachtwoord', password)
    await ik.druk('Inloggen')
    const menu = page.locator('details.menu')
    await menu.locator('summary').click()
    await expect(menu.getByRole('link', { name: 'Mijn gegevens' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(menu.getByRole('link', { name: 'Mijn gegevens' })).toBeHidden()
    await expect(menu.locator('summary')).toBeFocused()
  })

  test('a letter that was not sent is not lost without a question', async ({ ik, demo }) => {
    const { page } = ik
    const { email, password } = demo.login('notaris', 'client')
    await ik.open(`${demo.tenant('notaris').portal}/dossiers?q=01483`)
    await ik.vul('E-mailadres', email)
    await ik.vul('Wachtwoord', password)
    await ik.druk('Inloggen')
    await ik.druk(/^Hypotheek Lindelaan 12/)
    await ik.open(`${page.url().split('?')[0]}/messages/new`)
    const asked: string[] = []
    page.on('dialog', async (dialog) => {
      asked.push(dialog.type())
      await dialog.dismiss()
    })
    const back = page.getByRole('link', { name: 'Hypotheek Lindelaan 12' })
    await page.getByLabel('Bericht', { exact: true }).pressSequentially('Half geschreven')
    await back.click()
    await expect.poll(() => asked).toEqual(['beforeunload'])
    await expect(page.getByLabel('Bericht', { exact: true })).toHaveValue('Half geschreven')

    await ik.vul('Bericht', '')
    await back.click()
    await ik.kop('Hypotheek Lindelaan 12')
    expect(asked).toHaveLength(1)
  })

  test('the office works with keys, which can be switched off', async ({ ik, demo, context }, info) => {
    const { page } = ik
    await enter(context, demo, 'notaris', 'handler')
    await ik.open(`${demo.tenant('notaris').office}/dossiers`)
    const search = page.locator('main input[type="search"]')
    await page.keyboard.press('/')
    await expect(search).toBeFocused()
    await page.keyboard.press('/')
    await expect(search).toHaveValue('/')

    const rows = page.locator('main .list tbody tr')
    await search.blur()
    await page.keyboard.press('ArrowDown')
    await expect(rows.nth(0).getByRole('link')).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(rows.nth(1).getByRole('link')).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(rows.nth(0).getByRole('link')).toBeFocused()

    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Werken met het toetsenbord' })
    await expect(keys).toBeVisible()
    await ik.axe()
    await ik.geenOverloop()
    await keys.getByLabel('Toetsen gebruiken').uncheck()
    await ik.druk('Sluiten')
    await page.reload()
    await page.keyboard.press('?')
    await page.keyboard.press('/')
    await expect(keys).toHaveCount(0)
    await expect(search).not.toBeFocused()
    if (info.project.name === 'phone') await page.getByText('Menu', { exact: true }).click()
    await ik.druk('Toetsen')
    await keys.getByLabel('Toetsen gebruiken').check()
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await expect(search).toBeFocused()
  })

  test('Ctrl+Enter sends the letter in the office', async ({ ik, demo, context }, info) => {
    const { page } = ik
    await enter(context, demo, 'notaris', 'handler')
    await ik.open(`${demo.tenant('notaris').office}/dossiers?q=2026-01483`)
    await ik.druk(/^Hypotheek Lindelaan 12/)
    await ik.open(`${page.url().split('?')[0]}/messages/new`)
    const subject = `Met Ctrl+Enter (${info.project.name})`
    await ik.vul('Onderwerp', subject)
    await ik.vul('Bericht', 'Zonder muis.')
    await page.keyboard.press('Control+Enter')
    await ik.zie(subject)
    await expect(page).not.toHaveURL(/messages\/new/)
  })
})
