import "@/ui/theme.css";
import { createRoot } from "react-dom/client";
import { startI18n } from "@/lib/i18n";
import { App } from "./App";

startI18n();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
