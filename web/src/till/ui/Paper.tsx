import { Fragment } from "react";
import type { Schemas } from "@/lib/api/client";

const sizes = {
  small: "text-[11px]",
  normal: "text-[13px]",
  large: "text-[18px] font-bold",
  huge: "text-[26px] font-bold",
};

/** One slip of 72 mm, for the printer. Black on white, no more than a thermal head can do. */
export function Paper({ paper }: { paper: Schemas["Paper"] }) {
  return (
    <article aria-label={paper.title} className="w-[72mm] break-after-page bg-white leading-normal text-black">
      {paper.rows.map((r, i) => {
        const size = sizes[r.size ?? "normal"];
        const align = r.align === "centre" ? "text-center" : "";
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names and do not move
        return <Fragment key={i}>{row(r, size, align)}</Fragment>;
      })}
    </article>
  );
}

function row(r: Schemas["PaperRow"], size: string, align: string) {
  switch (r.kind) {
    case "text":
      return <p className={`${size} ${align}`}>{r.left}</p>;
    case "mark":
      return <p className={`my-1 border-2 border-black px-2 ${size} ${align}`}>{r.left}</p>;
    case "code":
      return <p className={`font-mono break-all ${size} ${align}`}>{r.left}</p>;
    case "pair":
      return (
        <p className={`flex justify-between gap-2 ${size}`}>
          <span>{r.left}</span>
          <span className="text-right whitespace-nowrap">{r.right}</span>
        </p>
      );
    case "rule":
      return <hr className="my-1 border-t border-black" />;
    case "gap":
      return <div className="h-3" />;
  }
}
