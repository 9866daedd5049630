// play.mjs FOLDER: plays each edit that FOLDER/edits lists (`SOURCE EDIT`), and holds its pixels against those of its source.
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const folder = process.argv[2]
const faults = []

/** Files with ranges, which Chromium asks for in order to seek. */
function serve(request, response) {
  const name = new URL(request.url, 'http://host').pathname
  if (name === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>play</title>')
  if (!/^\/[\w-]+\.mp4$/.test(name)) return response.writeHead(404).end()
  const file = join(folder, name)
  const size = statSync(file).size
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? 'bytes=0-') ?? []
  const start = Number(from)
  const end = to ? Math.min(Number(to), size - 1) : size - 1
  response.writeHead(request.headers.range ? 206 : 200, {
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${size}`,
  })
  createReadStream(file, { start, end }).pipe(response)
}

/** In the page: plays a file to its end. Resolves to how that went. */
function playInPage(url) {
  return new Promise((resolve) => {
    const video = document.createElement('video')
    video.src = url
    video.onerror = () => resolve({ error: video.error.message })
    video.onended = () => {
      const { totalVideoFrames, corruptedVideoFrames } = video.getVideoPlaybackQuality()
      resolve({ end: video.currentTime, duration: video.duration, totalVideoFrames, corruptedVideoFrames })
    }
    document.body.append(video)
    video.play().catch((error) => resolve({ error: String(error) }))
  })
}

/** In the page: seeks to each moment. Resolves to when the picture shown there begins, and what it looks like. */
async function lookInPage({ url, moments }) {
  const video = document.createElement('video')
  video.src = url
  video.muted = true
  document.body.append(video)
  const failed = new Promise((_, reject) => (video.onerror = () => reject(new Error(video.error.message))))
  await Promise.race([failed, new Promise((resolve) => (video.onloadeddata = resolve))])
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight)
  const paint = canvas.getContext('2d', { willReadFrequently: true })
  const looks = []
  for (const moment of moments) {
    const shown = new Promise((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime)))
    video.currentTime = moment
    const time = await Promise.race([failed, shown])
    paint.drawImage(video, 0, 0)
    const { data } = paint.getImageData(0, 0, canvas.width, canvas.height)
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
    let sum = 0
    for (let i = 1; i < data.length; i += 4) sum += data[i]
    looks.push({ time, hash: hash.toHex?.() ?? [...hash].join('.'), mean: (4 * sum) / data.length })
  }
  video.remove()
  return looks
}

/** When the pictures of a file are shown, with the end. */
function times(name) {
  const found = readFileSync(join(folder, `${name}.times`), 'utf8').trim().split('\n').map(Number).sort((a, b) => a - b)
  return [...found, 2 * found.at(-1) - found.at(-2)]
}

/** Pictures to look at, by their numbers in edit and source: the first, the middle and the last ones of each span. */
function places(spans) {
  const looked = []
  let output = 0
  for (const { kind, first, end } of spans) {
    const count = end - first
    for (const n of new Set([0, 1, count >> 1, count - 2, count - 1].filter((n) => n >= 0 && n < count)))
      looked.push({ kind, after: output + n, before: first + n })
    output += count
  }
  return looked
}

function expect(good, what) {
  if (!good) faults.push(what)
}

async function check(page, origin, source, edit) {
  const report = JSON.parse(readFileSync(join(folder, `${edit}.json`), 'utf8'))
  expect(report.plan?.spans.some((span) => span.kind === 'copy'), `${edit}: nothing was copied`)
  const looked = places(report.plan.spans)
  const left = report.plan.spans.reduce((sum, span) => sum + span.end - span.first, 0)
  if (times(edit).length !== left + 1) throw new Error(`has ${times(edit).length - 1} pictures; planned were ${left}`)
  const look = (name, pictures) => {
    const begin = times(name)
    const moments = pictures.map((n) => (begin[n] + begin[n + 1]) / 2)
    return page.evaluate(lookInPage, { url: `${origin}/${name}.mp4`, moments })
  }
  const before = await look(source, looked.map((l) => l.before))
  const after = await look(edit, looked.map((l) => l.after))
  const begin = times(edit)
  let brighter = 0
  looked.forEach(({ kind, after: picture }, i) => {
    const where = `${edit}: picture ${picture}, at ${begin[picture]} s (${kind})`
    expect(Math.abs(after[i].time - begin[picture]) < 0.001, `${where}: Chromium shows the one of ${after[i].time} s`)
    if (kind === 'copy') expect(after[i].hash === before[i].hash, `${where}: other pixels than in the source`)
    else if (after[i].mean > before[i].mean + 15) brighter += 1
  })
  const rendered = looked.filter((l) => l.kind === 'render').length
  return `${edit}: ${looked.length} places, ${rendered} of them rendered, ${brighter} with the effect`
}

async function playAll(page, origin, edits) {
  const ends = await Promise.all(edits.map((edit) => page.evaluate(playInPage, `${origin}/${edit}.mp4`)))
  edits.forEach((edit, i) => {
    const { error, end, duration, totalVideoFrames, corruptedVideoFrames } = ends[i]
    expect(!error, `${edit}: does not play: ${error}`)
    expect(error || (end === duration && totalVideoFrames > 0 && corruptedVideoFrames === 0),
      `${edit}: played to ${end} of ${duration} s, ${corruptedVideoFrames} of ${totalVideoFrames} pictures broken`)
  })
}

const server = createServer(serve)
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const origin = `http://127.0.0.1:${server.address().port}`
const browser = await chromium.launch({
  executablePath: process.env.REEL_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
})
try {
  const page = await browser.newPage()
  await page.goto(origin)
  const edits = readFileSync(join(folder, 'edits'), 'utf8').trim().split('\n').map((line) => line.split(' '))
  await playAll(page, origin, edits.map(([, edit]) => edit))
  for (const [source, edit] of edits)
    await check(page, origin, source, edit).then(console.log, (error) => faults.push(`${edit}: ${error.message}`))
} finally {
  await browser.close()
  server.close()
}
for (const fault of faults) console.error(`fault: ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)
