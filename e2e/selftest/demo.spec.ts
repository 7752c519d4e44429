import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Demo, totp } from '../demo'
import { expect, test } from '../vocabulary'

const MAIL = [
  'Auto-Submitted: auto-generated',
  'Subject: =?UTF-8?q?Uw_zaak_is_bijgewerkt_=E2=80=93_er_staat_een_bericht_voor?=',
  ' =?UTF-8?q?_u?=',
  'To: <jan@client.test>',
  'Content-Type: multipart/alternative;',
  ' boundary=voordeur-1',
  '',
  '--voordeur-1',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Type: text/plain; charset=UTF-8',
  '',
  'Bericht lezen:',
  'http://notaris.localhost:8080/activeren?code=3D0123456789012345678901234567=',
  '89&taal=3Dnl',
  '=E2=82=AC 12',
  '--voordeur-1',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Type: text/html; charset=UTF-8',
  '',
  '<a href=3D"http://notaris.localhost:8080/html">Lezen</a>',
  '--voordeur-1--',
  '',
].join('\r\n')

const LOGINS = [{ name: 'Jan', role: 'client', email: 'jan@client.test', password: 'x' }]

test.describe('demo', () => {
  let dir = ''
  test.beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'voordeur-selftest-'))
    mkdirSync(join(dir, 'outbox'))
    writeFileSync(join(dir, 'outbox', '20261203T084200.000000Z-1.eml'), MAIL)
    writeFileSync(join(dir, 'outbox', '20261203T084201.000000Z-2.eml'), MAIL.replace('jan@', 'piet@'))
    const tenants = [{ id: 'notaris', name: 'De Vos', portal: 'http://notaris.localhost', office: 'http://kantoor.notaris.localhost', logins: LOGINS }]
    writeFileSync(join(dir, 'demo.json'), JSON.stringify({ tenants }))
  })
  test.afterEach(() => rmSync(dir, { recursive: true }))

  test('names tenants and logins', () => {
    const demo = new Demo(dir)
    expect(demo.tenant('notaris').name).toBe('De Vos')
    expect(demo.login('notaris', 'client').email).toBe('jan@client.test')
    expect(() => demo.tenant('zorg')).toThrow('only notaris')
    expect(() => demo.login('notaris', 'admin')).toThrow('only client')
  })

  test('reads the mail', async () => {
    const { outbox } = new Demo(dir)
    const mail = await outbox.next('jan@client.test')
    expect(mail.subject).toBe('Uw zaak is bijgewerkt – er staat een bericht voor u')
    expect(mail.text).toContain('€ 12')
    expect(mail.links).toEqual(['http://notaris.localhost:8080/activeren?code=012345678901234567890123456789&taal=nl'])
    expect(outbox.to('piet@client.test')).toHaveLength(1)
    await expect(outbox.next('jan@client.test', [mail], 0.3)).rejects.toThrow('no new mail')
  })
})

test('computes the codes of RFC 6238', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  expect(totp(secret, 59_000)).toBe('287082')
  expect(totp(secret, 1_111_111_109_000)).toBe('081804')
  expect(() => totp('1')).toThrow('no base32')
})
