import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { Schemas } from "@/lib/api/client";
import { type PaperKind, papersQuery } from "../../api/getPapers";
import { printPapers } from "../../api/printPapers";
import { Paper } from "../../ui/Paper";
import { usePress } from "../../ui/usePress";

/**
 * Prints the papers of something: on the counter's printer where it has one, else by the browser on paper of 80 mm.
 * `sheet` has to be somewhere on the page.
 */
export function usePrint(kind: PaperKind, id: string, onPrinter: boolean) {
  const client = useQueryClient();
  const [papers, setPapers] = useState<Schemas["Paper"][]>();
  const [printed, setPrinted] = useState(false);
  const send = usePress<unknown, boolean>({
    intent: `print:${kind}:${id}`,
    send: async (key, again) => {
      if (onPrinter) await printPapers(kind, id, { key, again });
      else setPapers(await client.fetchQuery({ ...papersQuery(kind, id, again), staleTime: 0 }));
    },
    onSuccess: () => setPrinted(true),
  });
  return {
    /** prints; what was printed from this screen before says 再発行 */
    print: (again = printed) => send.mutate(again),
    pending: send.isPending,
    error: send.error,
    done: send.isSuccess && onPrinter,
    sheet: papers ? <Sheet papers={papers} onDone={() => setPapers(undefined)} /> : null,
  };
}

const mmPerPx = 25.4 / 96;

function Sheet({ papers, onDone }: { papers: Schemas["Paper"][]; onDone: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState<number>();
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    // A roll has no pages: each slip is one as long as it is. Measured while it is laid out as it will be printed.
    const tallest = Math.max(...[...(ref.current?.children ?? [])].map((c) => (c as HTMLElement).offsetHeight), 100);
    setHeight(Math.ceil(tallest * mmPerPx) + 10);
  }, []);
  useEffect(() => {
    if (height === undefined) return;
    const end = () => done.current();
    window.addEventListener("afterprint", end, { once: true });
    window.print();
    return () => window.removeEventListener("afterprint", end);
  }, [height]);
  return createPortal(
    <>
      {height !== undefined && (
        <style>{`@media print { #root { display: none } .slips { position: static !important; visibility: visible !important } } @page { size: 80mm ${height}mm; margin: 4mm }`}</style>
      )}
      <div ref={ref} className="slips invisible absolute top-0 left-0 w-[72mm]" data-testid="slips">
        {papers.map((p, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: papers have no names and do not move
          <Paper key={i} paper={p} />
        ))}
      </div>
    </>,
    document.body,
  );
}
