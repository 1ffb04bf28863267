/**
 * Makes the pictures that are committed: favicon.ico, apple-touch-icon.png and the social
 * card. Run by hand, with Chromium, when the sign or the words change:
 * `node --import tsx .vitepress/build/images.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { en } from '../theme/strings/en.ts';
import { docsDir, repoDir } from './pages.ts';

const publicDir = join(docsDir, 'public');

function fontFace(family: string, file: string): string {
  const bytes = readFileSync(
    join(repoDir, 'node_modules', '@fontsource-variable', file),
  );
  const url = `data:font/woff2;base64,${bytes.toString('base64')}`;
  return `@font-face { font-family: '${family}'; font-weight: 100 900; src: url(${url}) }`;
}

async function shoot(
  browser: Browser,
  html: string,
  width: number,
  height: number,
): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(html);
  await page.evaluate(() => document.fonts.ready);
  const png = await page.screenshot({ omitBackground: true });
  await page.close();
  return png;
}

/** An .ico file that holds one PNG. */
function icoOf(png: Buffer, size: number): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2); // an icon
  head.writeUInt16LE(1, 4); // one picture
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}

function icon(size: number, ground: string): string {
  const svg = readFileSync(join(publicDir, 'favicon.svg'), 'utf8');
  const pad = ground === '' ? 0 : size * 0.14;
  return `<style>html,body{margin:0;background:${ground === '' ? 'transparent' : ground}}
    svg{display:block;margin:${pad}px;width:${size - 2 * pad}px;height:${size - 2 * pad}px}</style>${svg}`;
}

/** A message crossing: the lanes of two nodes, and what they say to one another. */
function lanes(): string {
  const messages = [
    'auth',
    'ack',
    'Hello',
    'Hello',
    'Status',
    'Status',
    'GetBlockHeaders',
  ];
  const cards = messages.map((name, index) => {
    const y = 70 + index * 68;
    const out = index % 2 === 0;
    const hue = out ? '#0a6560' : '#9a430f';
    const [x1, x2] = out ? [110, 412] : [412, 110];
    const width = name.length * 10.5 + 26;
    return `<path d="M${x1} ${y}L${x2} ${y + 26}" stroke="${hue}" stroke-width="2.5"/>
      <circle cx="${x1}" cy="${y}" r="5" fill="${hue}"/><circle cx="${x2}" cy="${y + 26}" r="4" fill="${hue}"/>
      <rect x="${261 - width / 2}" y="${y - 3}" width="${width}" height="32" rx="3" fill="#fdfaf4" stroke="${hue}" stroke-width="1.5"/>
      <text x="261" y="${y + 19}" text-anchor="middle" font-size="19" fill="#221e18">${name}</text>`;
  });
  const lane = (x: number, hue: string, dash: string): string =>
    `<path d="M${x} 0V630" stroke="${hue}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
  return `<svg width="520" height="630" viewBox="0 0 520 630" font-family="Inter">
    ${lane(110, '#0a6560', 'none')}${lane(74, '#0a6560', '3 8')}${lane(38, '#0a6560', '3 8')}
    ${lane(412, '#9a430f', 'none')}${lane(448, '#9a430f', '3 8')}${lane(484, '#9a430f', '3 8')}
    ${cards.join('')}</svg>`;
}

function card(): string {
  return `<style>
    ${fontFace('Text Serif', 'source-serif-4/files/source-serif-4-latin-opsz-normal.woff2')}
    ${fontFace('Inter', 'inter/files/inter-latin-wght-normal.woff2')}
    html,body{margin:0}
    body{display:flex;width:1200px;height:630px;background:#f8f4eb;color:#221e18;overflow:hidden}
    .words{box-sizing:border-box;width:680px;padding:72px 40px 64px 80px;display:flex;flex-direction:column}
    h1{margin:0;font:500 60px/1.1 'Text Serif';letter-spacing:-.022em;text-wrap:balance}
    p{margin:auto 0 0;font:400 24px/1.4 Inter;color:#5c5448}
    strong{color:#221e18;font:600 30px/1.4 'Text Serif'}
    .scope{background:#f2ecdf;border-left:1px solid #dcd2bf}
  </style><div class="words"><h1>${en.home.question}</h1>
  <p><strong>${en.site.title}</strong><br>geth v1.8.12, in TypeScript you can run</p></div>
  <div class="scope">${lanes()}</div>`;
}

const browser = await chromium.launch({
  executablePath: process.env['PEERWALK_CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--headless',
    '--disable-gpu',
    '--disable-background-networking',
  ],
});
try {
  const small = await shoot(browser, icon(32, ''), 32, 32);
  writeFileSync(join(publicDir, 'favicon.ico'), icoOf(small, 32));
  const touch = await shoot(browser, icon(180, '#f8f4eb'), 180, 180);
  writeFileSync(join(publicDir, 'apple-touch-icon.png'), touch);
  writeFileSync(join(publicDir, 'card.png'), await shoot(browser, card(), 1200, 630));
} finally {
  await browser.close();
}
