import type { Session } from "@/lib/session";

export type Decision = { kind: "allow" } | { kind: "go"; to: string } | { kind: "forbidden" };

const open = ["/signin", "/setup", "/number", "/check", "/help", "/display", "/practice"];
const under = (path: string, root: string) => path === root || path.startsWith(`${root}/`);

/**
 * Who may see which page. `from` is the page that was allowed last: a person in a meeting stays there when the sign-in
 * ends in the middle of it, because the meeting itself goes on.
 */
export function decide(s: Session, path: string, to: string | undefined, from?: string): Decision {
  const allow: Decision = { kind: "allow" };
  if (under(path, "/m") && from === path) return allow;
  if (s.signed_in && s.account?.must_change_password) {
    return ["/account", "/help", "/check"].includes(path) ? allow : { kind: "go", to: "/account" };
  }
  if (s.signed_in) {
    if (path === "/signin" || under(path, "/setup")) return { kind: "go", to: safeReturn(to) };
    if (under(path, "/till") && !mayTill(s)) return { kind: "forbidden" };
    if (under(path, "/admin") && !s.account?.roles.includes("admin")) return { kind: "forbidden" };
    return allow;
  }
  if (open.some((p) => under(path, p))) return allow;
  if (s.guest && path === `/m/${s.guest.meeting}`) return allow;
  return { kind: "go", to: path === "/" ? "/signin" : `/signin?to=${encodeURIComponent(path)}` };
}

/** Works at a counter or at the accounting section, on a server that has counters. */
export function mayTill(s: Session): boolean {
  const roles = s.account?.roles ?? [];
  return s.features.includes("till") && (["clerk", "accountant", "admin"] as const).some((r) => roles.includes(r));
}

/** A path of ours to go back to; anything that could lead elsewhere becomes the first page. */
export function safeReturn(to: string | undefined): string {
  if (
    to === undefined ||
    !/^\/[A-Za-z0-9]/.test(to) ||
    to.includes("\\") ||
    under(to.split(/[?#]/)[0] ?? "", "/signin")
  )
    return "/";
  return to;
}
