// proxies.mjs ports                                             prints three free ports
// proxies.mjs check HTTP HTTPS SERVER CERTIFICATE PROXY...      starts a server and the proxy before it, and looks at both ends
//
// That nothing is held back is proven without a clock: each side sends its second half only after the other has its first.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";

const host = "reel.example.org";
const half = Buffer.alloc(1_500_000, "x"); // a whole one is more than proxies take by default
const tail = 65_536; // of a write, a proxy may keep what does not fill its buffer until more comes

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  servers.forEach((server) => server.close());
  return ports;
}

if (process.argv[2] === "ports") {
  console.log((await freePorts(3)).join(" "));
  process.exit();
}

const [httpPort, httpsPort, serverPort] = process.argv.slice(3, 6).map(Number);
const [certificate, ...command] = process.argv.slice(6);
const ca = readFileSync(certificate);

// The server: each request is handed to whom it waits for.
const arrivals = [];
const waiting = [];
const server = http.createServer((request, response) => {
  const arrival = { request, response };
  waiting.length > 0 ? waiting.shift()(arrival) : arrivals.push(arrival);
});
const arrival = () => (arrivals.length > 0 ? Promise.resolve(arrivals.shift()) : new Promise((got) => waiting.push(got)));

/** When there is more to read, or never will be. */
const more = (stream) =>
  new Promise((resolve) => {
    const events = ["readable", "end", "close"];
    const done = () => resolve(events.forEach((event) => stream.off(event, done)));
    events.forEach((event) => stream.on(event, done));
  });

/** At least so many bytes of a stream, as soon as they are there: how many they were. */
async function read(stream, bytes) {
  let got = 0;
  while (got < bytes) {
    const chunk = stream.read();
    if (chunk !== null) got += chunk.length;
    else assert.ok(!stream.readableEnded && !stream.destroyed, `ended after ${got}`);
    if (chunk === null) await more(stream);
  }
  return got;
}

const ask = (options) => https.request({ host: "127.0.0.1", port: httpsPort, servername: host, ca, agent: false, ...options, headers: { host, ...options.headers } });

/** The name leads to this machine. */
const lookup = (name, options, found) => (options.all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4));

async function redirectsToTls() {
  const request = http.get({ host: "127.0.0.1", port: httpPort, path: "/a?b=c", headers: { host }, agent: false });
  const [response] = await once(request, "response");
  assert.ok([301, 308].includes(response.statusCode), `${response.statusCode}`);
  assert.equal(response.headers.location, `https://${host}/a?b=c`);
  response.resume();
}

async function uploadsPassAsTheyCome() {
  const request = ask({ method: "PATCH", path: "/api/v1/uploads/a", headers: { "content-length": 2 * half.length, "content-type": "application/offset+octet-stream", "upload-offset": 0 } });
  request.write(half);
  const at = await arrival();
  assert.equal(at.request.headers["content-length"], `${2 * half.length}`);
  assert.equal(at.request.headers["upload-offset"], "0");
  const first = await read(at.request, half.length - tail);
  request.end(half);
  assert.equal(first + (await read(at.request, 2 * half.length - first)), 2 * half.length);
  at.response.writeHead(204, { "Upload-Offset": 2 * half.length }).end();
  const [response] = await once(request, "response");
  assert.equal(response.statusCode, 204);
  assert.equal(response.headers["upload-offset"], `${2 * half.length}`);
}

async function whatBreaksOffIsNotLost() {
  const request = ask({ method: "PATCH", path: "/api/v1/uploads/a", headers: { "content-length": 2 * half.length } });
  request.on("error", () => {});
  request.write(half);
  const at = await arrival();
  await read(at.request, half.length - tail);
  at.request.resume(); // whoever does not read does not hear of the end
  at.request.on("error", () => {});
  request.destroy();
  await new Promise((closed) => at.request.once("close", closed));
}

async function downloadsPassAsTheyCome() {
  const request = ask({ path: "/api/v1/videos/1/content", headers: { range: "bytes=0-" } });
  request.end();
  const at = await arrival();
  assert.equal(at.request.headers.range, "bytes=0-");
  at.response.writeHead(206, { "Content-Type": "video/mp4", "Content-Length": 2 * half.length, "Content-Range": "bytes 0-2999999/3000000", ETag: '"a"' });
  at.response.write(half);
  const [response] = await once(request, "response");
  assert.equal(response.headers.etag, '"a"');
  const first = await read(response, half.length - tail);
  at.response.end(half);
  assert.equal(first + (await read(response, 2 * half.length - first)), 2 * half.length);
}

async function eventsPassAsTheyCome() {
  const session = http2.connect(`https://${host}:${httpsPort}`, { ca, lookup });
  const stream = session.request({ ":path": "/api/v1/events", "last-event-id": "7" });
  const at = await arrival();
  assert.equal(at.request.headers["last-event-id"], "7");
  at.response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const event of ["data: 1\n\n", ": still there\n\n", "data: 2\n\n"]) {
    at.response.write(event);
    assert.equal(await read(stream, event.length), event.length);
  }
  stream.close();
  await once(at.response, "close"); // who leaves is gone for the server as well
  session.close();
}

async function theServerKnowsTheClient() {
  const request = ask({ path: "/api/v1/auth/me", headers: { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http", authorization: "Bearer a", cookie: "reel_access=b", origin: `https://${host}` } });
  request.end();
  const { request: seen, response: answer } = await arrival();
  answer.writeHead(200, { "Set-Cookie": ["a=1; Secure", "b=2; Secure"], "X-Request-Id": "c" }).end("{}");
  assert.deepEqual({ host: seen.headers.host, client: seen.headers["x-forwarded-for"], scheme: seen.headers["x-forwarded-proto"] }, { host, client: "127.0.0.1", scheme: "https" });
  assert.deepEqual([seen.headers.authorization, seen.headers.cookie, seen.headers.origin], ["Bearer a", "reel_access=b", `https://${host}`]);
  const [response] = await once(request, "response");
  assert.deepEqual([response.headers["set-cookie"], response.headers["x-request-id"]], [["a=1; Secure", "b=2; Secure"], "c"]);
  response.resume();
}

async function figuresStayInside() {
  const request = ask({ path: "/metrics" });
  request.end();
  const [response] = await once(request, "response");
  assert.equal(response.statusCode, 404);
  assert.equal(arrivals.length, 0);
  response.resume();
}

async function listens(port) {
  for (;;) {
    const socket = net.connect(port, "127.0.0.1");
    const up = await new Promise((done) => socket.once("connect", () => done(true)).once("error", () => done(false)));
    socket.destroy();
    if (up) return;
    await new Promise((later) => setTimeout(later, 20));
  }
}

server.listen(serverPort, "127.0.0.1");
await once(server, "listening");
const proxy = spawn(command[0], command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
let said = "";
proxy.stderr.on("data", (text) => (said += text));
let wanted = false;
proxy.on("exit", (code) => {
  if (wanted) return;
  console.error(`the proxy ended with ${code}\n${said}`);
  process.exit(1);
});
setTimeout(() => { // only against hanging
  console.error(`no answer\n${said}`);
  proxy.kill("SIGKILL");
  process.exit(1);
}, 120_000).unref();

await Promise.all([listens(httpPort), listens(httpsPort)]);
for (const check of [redirectsToTls, uploadsPassAsTheyCome, whatBreaksOffIsNotLost, downloadsPassAsTheyCome, eventsPassAsTheyCome, theServerKnowsTheClient, figuresStayInside]) {
  await check();
  console.log(`ok ${check.name}`);
}
wanted = true;
proxy.kill("SIGTERM");
await once(proxy, "exit");
process.exit();
