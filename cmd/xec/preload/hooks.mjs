// How Node finds the module "xec", and what it takes the script for. These run in Node's own
// thread where it has registerHooks, and in that of its loader where it has not.
import * as modules from "node:module";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

let about = {};

export function initialize(data) {
  about = data;
}

export function resolve(specifier, context, next) {
  if (specifier === "xec") return { url: about.xec, format: "module", shortCircuit: true };
  const found = next(specifier, context);
  return found instanceof Promise ? found.then(asModule) : asModule(found);
}

// tsx compiles the script as what it is said to be here, and cannot compile top-level await
// as CommonJS.
function asModule(found) {
  if (!about.tsx || found.url.split("?")[0] !== about.entry || !/\.tsx?$/i.test(about.entry)) return found;
  const source = readFileSync(fileURLToPath(about.entry), "utf8");
  return /\b(module\.exports|exports\.\w+\s*=|require\.main)\b/.test(source) ? found : { ...found, format: "module" };
}

// The script is a module if it would be no CommonJS: package.json may say what it wants.
export function load(url, context, next) {
  if (url !== about.entry || context.format === "module" || context.format === "module-typescript") return next(url, context);
  const source = globalThis.Deno ? undefined : moduleSource(url); // Deno takes each for what it is
  return source === undefined ? next(url, context) : { ...source, shortCircuit: true };
}

function moduleSource(url) {
  const name = fileURLToPath(url);
  if (/\.js$/i.test(name)) {
    const source = readFileSync(name, "utf8");
    return isCommonJS(source) ? undefined : { format: "module", source };
  }
  if (/\.ts$/i.test(name) && process.features.typescript) {
    const source = readFileSync(name, "utf8");
    if (!modules.stripTypeScriptTypes) return { format: "module-typescript", source };
    try {
      const plain = quietly(() => modules.stripTypeScriptTypes(source)); // which stays where it is
      return isCommonJS(plain) ? undefined : { format: "module", source: plain };
    } catch {
      return undefined; // Node says what is wrong with it
    }
  }
}

function isCommonJS(source) {
  try {
    vm.compileFunction(source.replace(/^#!.*/, ""), ["exports", "require", "module", "__filename", "__dirname"]);
    return true;
  } catch {
    return false;
  }
}

// quietly calls what Node calls experimental.
function quietly(call) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return call();
  } finally {
    process.emitWarning = emitWarning;
  }
}
