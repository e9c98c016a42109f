import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/session";
import { Button, Icon, type IconName, LinkButton, Page, PageTitle, Shell } from "@/ui";
import type { Ending } from "../../model/life";
import type { MeetingRoom } from "../../model/room";
import { useCell } from "../useCell";

const icons: Record<Ending["kind"], IconName> = {
  left: "check",
  ended: "check",
  removed: "info",
  elsewhere: "screen",
  signed_out: "key",
  refused: "info",
};

/** After the meeting. It says why, in words, offers one way on, and does nothing by itself. */
export function EndPage({
  room,
  title,
  ending,
  bare,
}: {
  room: MeetingRoom;
  title: string;
  ending?: Ending;
  bare?: boolean;
}) {
  const view = useCell(room.session.view);
  const e = ending ?? view.ending ?? { kind: "left" };
  const page = <Words ending={e} title={title} room={room} />;
  return bare ? page : <Shell>{page}</Shell>;
}

function Words({ ending: e, title, room }: { ending: Ending; title: string; room: MeetingRoom }) {
  const { t } = useTranslation();
  const session = useSession();
  // As it was when the meeting ended: by now the person may be signed out, or the guest's pass over.
  const [guest] = useState(() => !session.signed_in && session.guest !== undefined);
  const by = "by" in e && e.by !== undefined ? t("meet.someone", { name: e.by }) : t("meet.news.host");
  const home = (
    <LinkButton look="primary" size="xl" href={guest ? "/number" : "/"}>
      {t(guest ? "meet.end.toNumber" : "meet.backToday")}
    </LinkButton>
  );
  return (
    <Page narrow className="flex flex-col items-center justify-center gap-4 text-center">
      <Icon name={icons[e.kind]} size={64} className="text-key" />
      <div className="flex justify-center">
        <PageTitle>{t(`meet.end.${e.kind}`)}</PageTitle>
      </div>
      {title !== "" && <p className="text-lg text-sub">{title}</p>}
      <p className="max-w-[36em]">
        {e.kind === "refused" ? e.detail || t("meet.end.refusedNote") : t(`meet.end.${e.kind}Note`, { by })}
      </p>
      <div className="mt-4 flex flex-col items-center gap-4">
        {e.kind === "elsewhere" ? (
          <>
            <Button look="primary" size="xl" onPress={() => room.rejoin()}>
              {t("meet.end.here")}
            </Button>
            <LinkButton look="text" href="/">
              {t("meet.backToday")}
            </LinkButton>
          </>
        ) : e.kind === "signed_out" ? (
          <LinkButton
            look="primary"
            size="xl"
            href={guest ? "/number" : `/signin?to=${encodeURIComponent(location.pathname)}`}
          >
            {t(guest ? "meet.end.toNumber" : "meet.end.signIn")}
          </LinkButton>
        ) : (
          <>
            {home}
            {e.kind === "left" && (
              <Button look="text" onPress={() => room.rejoin()}>
                {t("meet.end.again")}
              </Button>
            )}
            {e.kind === "refused" && (
              <Button look="text" icon="redo" onPress={() => room.rejoin()}>
                {t("meet.again")}
              </Button>
            )}
          </>
        )}
      </div>
    </Page>
  );
}
