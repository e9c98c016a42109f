import { Link } from "react-aria-components";
import { Icon, type IconName } from "./Icon";

export interface Job {
  href: string;
  icon: IconName;
  title: string;
  /** what waits there, in a few words */
  sub: string;
  current?: boolean;
}

/** The two large cards at the top of the first pages: where one is, and where else one may work. */
export function JobCards({ label, jobs }: { label: string; jobs: readonly Job[] }) {
  return (
    <nav aria-label={label} className="grid gap-4 sm:grid-cols-2">
      {jobs.map((j) => (
        <Link
          key={j.href}
          href={j.href}
          aria-current={j.current ? "page" : undefined}
          className={`flex min-h-20 items-center gap-4 rounded-box border px-6 py-2 no-underline ${j.current ? "border-key-line bg-key-soft" : "border-edge bg-paper hover:bg-key-soft"}`}
        >
          <Icon name={j.icon} size={32} className="text-key" />
          <span>
            <b className="block text-xl leading-snug text-key">{j.title}</b>
            <span className="leading-normal text-body">{j.sub}</span>
          </span>
        </Link>
      ))}
    </nav>
  );
}
