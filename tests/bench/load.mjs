// load.mjs prepare URL CLIP USERS             logs 25 users in and uploads a clip for each; writes their tokens and videos to USERS
// load.mjs load URL USERS SECONDS RATE STREAMS
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";

const [what, base, ...rest] = process.argv.slice(2);
const { hostname, port } = new URL(base);

/** Each user comes from an address of its own, as far as this machine has them. */
const from = (user) => `127.0.1.${1 + user}`;
const agents = new Map();
const agent = (user) => agents.get(user) ?? agents.set(user, new http.Agent({ keepAlive: true, localAddress: from(user) })).get(user);

async function call(user, method, path, token, body, headers = {}) {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const request = http.request({
    host: hostname, port, method, path, agent: agent(user),
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(bytes && { "content-type": "application/json", "content-length": bytes.length }), ...headers },
  });
  request.end(bytes);
  const [response] = await once(request, "response");
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, headers: response.headers, body: text && response.headers["content-type"]?.includes("json") ? JSON.parse(text) : text };
}

const pipeline = "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n  - uses: blur\n    with: { radius: 8 }\n  - uses: sink\n    with: { uri: softer.mp4 }\n";

async function prepare(clip, file) {
  const bytes = readFileSync(clip);
  const users = [];
  for (let user = 0; user < 25; ++user) {
    const login = await call(user, "POST", "/api/v1/auth/login", null, { email: `user${user + 1}@example.org`, password: "a long password", deliver: "body" });
    const token = (await call(user, "POST", "/api/v1/auth/tokens", login.body.access_token, { name: "load" })).body.secret;
    const upload = await call(user, "POST", "/api/v1/uploads", token, bytes, { "tus-resumable": "1.0.0", "upload-length": bytes.length, "content-type": "application/offset+octet-stream" });
    users.push({ token, video: Number(upload.headers["reel-video"]) });
  }
  for (const [user, { token, video }] of users.entries())
    while ((await call(user, "GET", `/api/v1/videos/${video}`, token)).body.state === "inspecting") await new Promise((later) => setTimeout(later, 100));
  writeFileSync(file, JSON.stringify(users));
}

const submission = ({ video }) => ({ pipeline, params: { input: `video:${video}` } });
/** Of 100 calls, so many of each kind. */
const mix = [
  ["list requests", 30, (user, one) => call(user, "GET", "/api/v1/requests?limit=20", one.token)],
  ["read a request", 25, (user, one) => (one.last ? call(user, "GET", `/api/v1/requests/${one.last}`, one.token) : call(user, "GET", "/api/v1/requests", one.token))],
  ["list videos", 15, (user, one) => call(user, "GET", "/api/v1/videos", one.token)],
  ["who am I", 10, (user, one) => call(user, "GET", "/api/v1/auth/me", one.token)],
  ["read a poster", 8, (user, one) => call(user, "GET", `/api/v1/videos/${one.video}/poster`, one.token)],
  ["check a pipeline", 7, (user, one) => call(user, "POST", "/api/v1/pipelines/check", one.token, submission(one))],
  ["submit", 5, async (user, one) => {
    const made = await call(user, "POST", "/api/v1/requests", one.token, submission(one));
    one.last = made.body.id;
    return made;
  }],
];

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
const line = (name, times) => {
  const sorted = times.sort((a, b) => a - b);
  const figures = [0.5, 0.95, 0.99, 1].map((part) => (percentile(sorted, part) ?? 0).toFixed(1).padStart(8));
  console.log(`${name.padEnd(18)}${String(times.length).padStart(6)}${figures.join("")}`);
};

async function load(file, seconds, rate, streams) {
  const users = JSON.parse(readFileSync(file));
  let errors = 0, events = 0, open = 0, done = false;
  for (let i = 0; i < streams; ++i) {
    const user = i % users.length;
    const request = http.get({ host: hostname, port, path: "/api/v1/events", agent: false, localAddress: from(user), headers: { authorization: `Bearer ${users[user].token}` } });
    const [response] = await once(request, "response");
    if (response.statusCode === 200) ++open;
    response.on("data", (chunk) => (events += chunk.toString().split("\ndata:").length - 1));
    response.on("close", () => done || ++errors);
    response.on("error", () => {});
  }
  console.log(`${open} streams are open`);
  const times = new Map(mix.map(([name]) => [name, []]));
  const cards = mix.flatMap(([name, count, action]) => Array(count).fill([name, action]));
  const begin = performance.now();
  const running = [];
  for (let i = 0; i < seconds * rate; ++i) {
    const due = begin + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((later) => setTimeout(later, wait));
    const user = i % users.length;
    const [name, action] = cards[(i * 37) % cards.length];
    running.push(action(user, users[user]).then(({ status, body }) => {
      times.get(name).push(performance.now() - due);
      if (status >= 300) { ++errors; console.log(name, status, body.detail ?? ""); }
    }, (error) => { ++errors; console.log(name, error.message); }));
  }
  await Promise.all(running);
  console.log(`${seconds} s, ${rate} requests a second: ${errors} errors; the streams had ${events} events`);
  console.log("".padEnd(18) + ["calls", "median", "p95", "p99", "longest"].map((title, i) => title.padStart(i === 0 ? 6 : 8)).join("") + "   ms");
  for (const [name, own] of times) line(name, own);
  line("all", [...times.values()].flat());
  done = true;
  process.exit(errors === 0 ? 0 : 1);
}

what === "prepare" ? await prepare(...rest) : await load(rest[0], ...rest.slice(1).map(Number));
