import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startI18n } from "../i18n";

startI18n("ja");
afterEach(cleanup);
