import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog, Notice } from "@/ui";
import { keepLayout, layoutOf, readLayout, testCode } from "../../model/layout";
import type { Layout } from "../../model/scanner";
import { Qr } from "../../ui";
import { useScanner } from "./useScanner";

/** Finds out which keyboard the barcode reader at this PC pretends to be: one scan of the code on the screen. */
export function ReaderDialog({ onClose }: { onClose: (layout: Layout) => void }) {
  const { t } = useTranslation();
  const [layout, setLayout] = useState(readLayout);
  const [heard, setHeard] = useState<"right" | "set" | "strange">();
  const [text, setText] = useState("");
  const put = (l: Layout) => {
    keepLayout(l);
    setLayout(l);
  };
  useScanner(
    (code) => {
      setText(code);
      const l = layoutOf(code, layout);
      setHeard(l === undefined ? "strange" : l === layout ? "right" : "set");
      if (l !== undefined) put(l);
    },
    true,
    layout,
  );
  return (
    <Dialog open onClose={() => onClose(layout)} title={t("till.reader.title")}>
      <div className="flex flex-wrap items-center gap-6">
        <Qr text={testCode} label={t("till.reader.code")} className="size-44 rounded-box border border-line" />
        <div className="min-w-0 flex-1 basis-64">
          <p>{t("till.reader.text")}</p>
          <div role="status" className="mt-3">
            {heard === "right" && <Notice tone="ok" title={t("till.reader.right")} />}
            {heard === "set" && <Notice tone="ok" title={t("till.reader.set")} />}
            {heard === "strange" && (
              <Notice
                tone="warn"
                title={t("till.reader.strange")}
                still={<code className="break-all">{text}</code>}
                next={t("till.reader.strangeNext")}
              />
            )}
          </div>
        </div>
      </div>
      <fieldset className="mt-6">
        <legend className="font-bold text-ink">{t("till.reader.layout")}</legend>
        <div className="mt-2 flex flex-wrap gap-3">
          {(["us", "jis"] as const).map((l) => (
            <Button
              key={l}
              aria-pressed={layout === l}
              icon={layout === l ? "tick" : undefined}
              onPress={() => put(l)}
              className="no-underline"
            >
              {t(`till.reader.${l}`)}
            </Button>
          ))}
        </div>
      </fieldset>
    </Dialog>
  );
}
