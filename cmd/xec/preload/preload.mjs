// What Node, with tsx too, and Deno load before a script: the global "secrets", the module
// "xec", and a script that is a module whatever package.json says.
import Module, * as modules from "node:module";
import { realpathSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import * as xec from "./secrets.mjs";
import * as hooks from "./hooks.mjs";

Object.defineProperty(globalThis, "secrets", { value: xec.secrets, configurable: true, writable: true });

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "xec" ? xec : load.call(this, request, ...rest);
};

let entry = "";
try {
  entry = pathToFileURL(realpathSync(process.argv[1])).href;
} catch {} // Node says what is wrong with it

const tsx = process.execArgv.some((arg) => /[\\/]tsx[\\/]/.test(arg));
const about = { entry, tsx, xec: new URL("./secrets.mjs", import.meta.url).href };
if (modules.registerHooks) {
  hooks.initialize(about);
  modules.registerHooks({ resolve: hooks.resolve, load: hooks.load });
} else if (!globalThis.Deno) {
  modules.register("./hooks.mjs", import.meta.url, { data: about });
}
