// The client of the broker for JavaScript: what scripts know as the global "secrets" and as
// import { secrets } from "xec". It runs under Node, Bun and Deno.
import net from "node:net";
import process from "node:process";
import { Buffer } from "node:buffer";

const here = import.meta.url.replace(/^file:\/\//, "");

// Why a secret was not given: code is that of the protocol, "not-found" for one that is
// missing, key the key, hint what to do about it.
export class SecretError extends Error {
  constructor({ kind = "general", message, hint }, key) {
    super(hint ? `${message}; ${hint}` : message);
    this.name = "SecretError";
    this.code = kind;
    if (key !== undefined) this.key = key;
    if (hint) this.hint = hint;
    // Who reads the stack looks for the script's own line.
    this.stack = this.stack?.split("\n").filter((line) => !line.includes(here)).join("\n");
  }
}

let connection; // the one that is open
const newline = 0x0a;

class Connection {
  waiting = []; // requests that were written, in the order of their answers
  parts = [];

  constructor(path) {
    this.socket = net.createConnection({ path });
    this.socket.on("data", (chunk) => this.take(chunk));
    this.socket.on("error", (error) => this.end(error));
    this.socket.on("close", () => this.end());
  }

  // A program may end while the connection is open, but not while an answer is due.
  ask(request, again) {
    return new Promise((resolve) => {
      if (this.waiting.push({ resolve, request, again }) === 1) this.socket.ref();
      this.socket.write(JSON.stringify(request) + "\n");
    });
  }

  take(chunk) {
    for (let end; (end = chunk.indexOf(newline)) >= 0; chunk = chunk.subarray(end + 1)) {
      this.parts.push(chunk.subarray(0, end));
      const line = Buffer.concat(this.parts);
      this.parts = [];
      const { resolve } = this.waiting.shift();
      if (this.waiting.length === 0) this.socket.unref();
      resolve(JSON.parse(line.toString("utf8")));
      line.fill(0);
    }
    if (chunk.length > 0) this.parts.push(chunk);
  }

  end(error) {
    if (connection === this) connection = undefined;
    const unanswered = this.waiting;
    this.waiting = [];
    for (const { resolve, request, again } of unanswered) {
      if (again && !error) resolve(exchange(request, false)); // it was closed for having been quiet
      else resolve({ error: { message: "the run that gives secrets has ended" } });
    }
  }
}

function exchange(request, again) {
  connection ??= new Connection(process.env.XEC_SECRETS_SOCKET);
  return connection.ask(request, again);
}

// ask gives the answer to a request. What it throws is made here, behind an await, so that
// its stack leads to the caller.
async function ask(request, key) {
  if (!process.env.XEC_SECRETS_SOCKET) {
    throw new SecretError({ message: "XEC_SECRETS_SOCKET is not set", hint: "xec run FILE starts a script with secrets" }, key);
  }
  const answer = await exchange(request, true);
  if (answer.error) throw new SecretError(answer.error, key);
  return answer;
}

async function bytes(key) {
  if (typeof key !== "string") throw new TypeError("the key of a secret is a string");
  const { values } = await ask({ op: "get", keys: [key] }, key);
  const value = values?.[key];
  if (value === undefined) throw new SecretError({ kind: "not-found", message: `secret ${JSON.stringify(key)} not found` }, key);
  return Buffer.from(value, "base64");
}

export const secrets = Object.freeze({
  // get gives the value of a secret as text.
  async get(key) {
    const value = await bytes(key);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    } catch {
      throw new SecretError({ kind: "invalid", message: `secret ${JSON.stringify(key)} is not UTF-8 text`, hint: "secrets.getBytes gives its bytes" }, key);
    }
  },
  // getBytes gives the value of a secret as it is.
  async getBytes(key) {
    return new Uint8Array(await bytes(key));
  },
  // has tells whether a secret exists.
  async has(key) {
    if (typeof key !== "string") throw new TypeError("the key of a secret is a string");
    return (await ask({ op: "has", key }, key)).found === true;
  },
  // list gives the keys of all secrets, in order.
  async list() {
    return (await ask({ op: "list" })).keys ?? [];
  },
});

export default secrets;
