import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startI18n } from "../i18n";

// jsdom has no CSS object; React Aria escapes an attribute value with it.
globalThis.CSS ??= { escape: (s: string) => s } as typeof CSS;

startI18n("ja");
afterEach(cleanup);
