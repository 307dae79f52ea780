// What Bun loads before a script (--preload): the global "secrets" and the module "xec".
import { plugin } from "bun";
import * as xec from "./secrets.mjs";

Object.defineProperty(globalThis, "secrets", { value: xec.secrets, configurable: true, writable: true });

plugin({
  name: "xec",
  setup(build) {
    build.module("xec", () => ({ exports: { ...xec }, loader: "object" }));
  },
});
