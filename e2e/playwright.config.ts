import { defineConfig } from '@playwright/test'
import { projects } from './projects'

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  globalSetup: './demo-server.ts',
  projects,
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // Long enough for a machine that does other things too; who passes waits for none of them.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // By itself it says at the end what failed and why: the last page of a log tells enough.
  reporter: process.stdout.isTTY ? 'line' : 'dot',
  // A trace costs every test a third more of a processor: who looks for a fault asks for one (--trace on).
  use: { screenshot: 'only-on-failure', actionTimeout: 30_000, navigationTimeout: 60_000 },
})
