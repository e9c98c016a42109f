import type { ReactNode, TdHTMLAttributes } from "react";
import { figures } from "../../ui";

// Tables as an accountant reads them: hairlines, figures to the right, 科目 shaded, two pixels above the total.

/** A table with its name; `scroll` lets a wide one move sideways inside its own frame, also by keyboard. */
export function Sheet({
  label,
  head,
  children,
  foot,
  scroll,
  className = "",
}: {
  label: string;
  head: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
  scroll?: boolean;
  className?: string;
}) {
  const table = (
    <table
      aria-label={scroll ? undefined : label}
      className={`w-full border-collapse leading-snug text-ink ${className}`}
    >
      <thead className="border-b border-line text-left text-sub">{head}</thead>
      <tbody>{children}</tbody>
      {foot && <tfoot className="border-t-2 border-ink font-bold">{foot}</tfoot>}
    </table>
  );
  if (!scroll) return table;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section aria-label={label} tabIndex={0} className="overflow-x-auto">
      {table}
    </section>
  );
}

type CellProps = TdHTMLAttributes<HTMLTableCellElement> & { num?: boolean };
const pad = "px-2 py-1.5 first:pl-0 last:pr-0 align-top";
const right = "text-right tabular-nums whitespace-nowrap";

export function Th({ num, className = "", ...rest }: CellProps) {
  return (
    <th
      scope="col"
      {...rest}
      className={`${pad} font-bold ${num ? "text-right whitespace-nowrap" : ""} ${className}`}
    />
  );
}

/** The name of a row. */
export function Name({ className = "", ...rest }: CellProps) {
  return <th scope="row" {...rest} className={`${pad} text-left font-normal ${className}`} />;
}

export function Td({ num, className = "", ...rest }: CellProps) {
  return <td {...rest} className={`${pad} ${num ? right : ""} ${className}`} />;
}

/** A figure; nothing is a dash, so that an empty cell is not taken for one that was forgotten. */
export function Num({ value, dash, ...rest }: CellProps & { value: number; dash?: boolean }) {
  return (
    <Td num {...rest}>
      {dash && value === 0 ? "\u2212" : figures(value)}
    </Td>
  );
}

export const hair = "border-b border-line last:border-b-0";
export const group = "border-b border-line bg-ground font-bold";
