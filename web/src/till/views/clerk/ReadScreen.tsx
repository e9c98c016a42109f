import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon, Spinner, TextField } from "@/ui";
import type { View } from "../../model/desk";
import { Act } from "../../ui";
import { Amount, Foot, Grow, Say } from "./Parts";

const Camera = lazy(() => import("./Camera"));

/** Waits for the code on the customer's phone: by the reader, by the camera of this device, or typed from below the bars. */
export function ReadScreen({
  view,
  pending,
  onCode,
  onBack,
}: {
  view: View;
  pending: boolean;
  onCode: (code: string) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const [camera, setCamera] = useState(false);
  const [typing, setTyping] = useState(false);
  const [code, setCode] = useState("");
  const send = () => {
    const c = code.normalize("NFKC").replace(/\s/g, "");
    if (c !== "") onCode(c);
  };
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        className="grid flex-1 content-center gap-x-14 gap-y-6 px-4 py-8 md:px-12 lg:grid-cols-[minmax(0,400px)_minmax(0,1fr)]"
      >
        <section
          aria-label={t("till.read.where")}
          className="flex flex-col items-center justify-center gap-4 rounded-2xl border border-line bg-paper p-6 text-center"
        >
          {camera ? (
            <Suspense fallback={<Spinner />}>
              <Camera onCode={onCode} onClose={() => setCamera(false)} />
            </Suspense>
          ) : (
            <>
              <Icon name="barcode" size={160} className="text-key" />
              <p className="text-lg text-ink">{t("till.read.reader")}</p>
              <Act icon="cam" onPress={() => setCamera(true)}>
                {t("till.read.camera")}
              </Act>
            </>
          )}
        </section>
        <div className="flex min-w-0 flex-col gap-6">
          <div>
            <h1 className="text-[40px] leading-tight tracking-[-0.01em]">{t("till.read.title")}</h1>
            <p className="mt-1 text-lg text-sub">{t("till.read.sub")}</p>
          </div>
          <Amount sale={view.sale} />
          <Say>{t("till.read.say")}</Say>
          {typing && (
            <form
              className="flex flex-wrap items-end gap-3"
              onSubmit={(e) => {
                e.preventDefault();
                send();
              }}
            >
              <TextField
                autoFocus
                className="min-w-0 flex-1"
                label={t("till.read.type")}
                value={code}
                onChange={setCode}
                inputMode="numeric"
                autoComplete="off"
                inputClass="num text-xl"
              />
              <Act type="submit" isPending={pending}>
                {t("till.read.send")}
              </Act>
            </form>
          )}
        </div>
      </main>
      <Foot>
        <Act look="plain" icon="left" isDisabled={pending} onPress={onBack}>
          {t("till.read.back")}
        </Act>
        <Grow />
        {!typing && (
          <Act look="plain" icon="keypad" onPress={() => setTyping(true)}>
            {t("till.read.typeOpen")}
          </Act>
        )}
      </Foot>
    </>
  );
}
