/**
 * How tests and benches start Chromium: the one that `npm test` has found, else where Debian's package has it. Its shell without
 * windows starts sooner and draws with less work than the whole browser. As root its own sandbox cannot start.
 */
export const chromiumLaunch = {
  executablePath: process.env['CAPSTAN_CHROMIUM'] ?? '/usr/bin/chromium-headless-shell',
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
}
