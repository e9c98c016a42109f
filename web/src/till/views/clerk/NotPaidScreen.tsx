import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api/client";
import type { View } from "../../model/desk";
import { Act, Mark, Yen } from "../../ui";
import { Foot, Grow, Say } from "./Parts";

/** 支払われていません: the reason, that no money is gone, and another way to pay. */
export function NotPaidScreen({
  view,
  attempt: a,
  dropping,
  onAgain,
  onDrop,
}: {
  view: View;
  attempt: Schemas["Attempt"];
  dropping: boolean;
  onAgain: () => void;
  onDrop: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-1 flex-col bg-err-soft">
      <section
        role="alert"
        className="flex flex-wrap items-center gap-x-10 gap-y-3 border-b-2 border-err bg-paper px-4 py-6 md:px-12"
      >
        <Mark kind="not_paid" size={132} className="text-err max-sm:size-20" />
        <div className="min-w-0">
          <h1 className="text-[36px] leading-[1.15] tracking-[-0.01em] sm:text-[56px] xl:text-[72px]">
            {t("till.notPaid.title")}
          </h1>
          <p className="text-xl leading-normal text-ink sm:text-2xl">
            {a.state === "reversed" ? a.situation.join(" ") : t("till.notPaid.safe")}
          </p>
        </div>
        <div className="ml-auto text-right text-ink">
          <Yen big value={a.amount} className="block text-[72px] leading-[1.1]" />
          <p className="text-lg leading-relaxed">
            {t("till.choose.sale", { label: view.sale.label })}
            <span className="ml-4">{a.wallet_name || a.provider_name}</span>
          </p>
        </div>
      </section>
      <main id="main" tabIndex={-1} className="flex flex-1 flex-col justify-center gap-6 px-4 py-8 md:px-12">
        {a.words && (
          <section className="rounded-box border border-line bg-paper px-8 py-6">
            <h2 className="text-xl">{t("till.notPaid.why")}</h2>
            <p className="mt-2 text-[26px] leading-relaxed text-ink">{a.words}</p>
          </section>
        )}
        <Say>{a.say}</Say>
        <p className="text-lg">{t("till.notPaid.kept")}</p>
      </main>
      <Foot>
        <Act look="plain" icon="close" isPending={dropping} onPress={onDrop}>
          {t("till.choose.drop")}
        </Act>
        <Grow />
        <Act look="primary" after="right" className="md:min-w-[416px]" onPress={onAgain} autoFocus>
          {t("till.notPaid.again")}
        </Act>
      </Foot>
    </div>
  );
}
