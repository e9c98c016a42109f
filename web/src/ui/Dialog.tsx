import { type ReactNode, useId } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "./Button";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** false: only the buttons inside close it, e.g. while a password is shown once */
  dismissable?: boolean;
  /** alertdialog: an answer is needed before going on */
  role?: "dialog" | "alertdialog";
  width?: "s" | "m" | "l";
}

const widths = { s: "max-w-[480px]", m: "max-w-[640px]", l: "max-w-[880px]" };

/** Takes the focus, gives it back when closed, closes on Escape. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  dismissable = true,
  role = "dialog",
  width = "m",
}: DialogProps) {
  const { t } = useTranslation();
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(o) => !o && onClose()}
      isDismissable={dismissable && role === "dialog"}
      isKeyboardDismissDisabled={!dismissable}
      className="fixed inset-0 z-50 flex items-start justify-center overflow-y-auto bg-black/60 p-4"
    >
      <Modal
        className={`w-full ${widths[width]} rounded-box sm:my-auto border border-line bg-paper text-body shadow-xl`}
      >
        <AriaDialog role={role} className="p-6 shadow-none outline-none">
          <div className="mb-4 flex items-start justify-between gap-4">
            <Heading slot="title" className="text-[22px]">
              {title}
            </Heading>
            {dismissable && (
              <IconButton icon="close" label={t("ui.close")} onPress={onClose} className="-mt-1.5 -mr-2" />
            )}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmProps {
  open: boolean;
  title: string;
  children: ReactNode;
  /** the verb of what happens, never just "OK" */
  action: string;
  danger?: boolean;
  pending?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. The focus starts on the way out. */
export function Confirm({ open, title, children, action, danger, pending, onConfirm, onCancel }: ConfirmProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog open={open} onClose={onCancel} title={title} role="alertdialog" width="s">
      <div id={id} className="mb-6">
        {children}
      </div>
      <div className="flex flex-wrap justify-end gap-4">
        <Button autoFocus onPress={onCancel}>
          {t("ui.cancel")}
        </Button>
        <Button look={danger ? "danger" : "primary"} isPending={pending} onPress={onConfirm} aria-describedby={id}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
