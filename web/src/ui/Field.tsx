import { type ReactNode, type Ref, useState } from "react";
import {
  type TextFieldProps as AriaProps,
  TextField as AriaTextField,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Icon } from "./Icon";

export interface FieldProps extends Omit<AriaProps, "children" | "className" | "style"> {
  label: string;
  hint?: ReactNode;
  /** what is wrong and what to type instead; marks the field invalid */
  error?: string;
  placeholder?: string;
  /** shows that it may be left empty */
  optional?: boolean;
  inputClass?: string;
  className?: string;
  ref?: Ref<HTMLInputElement>;
}

export const inputClass =
  "w-full min-h-12 rounded-ctl border border-edge bg-paper px-4 py-2 text-ink placeholder:text-sub " +
  "data-[invalid]:border-2 data-[invalid]:border-err data-[disabled]:bg-ground data-[disabled]:text-sub";

export function FieldLabel({ children, optional }: { children: ReactNode; optional?: boolean }) {
  const { t } = useTranslation();
  return (
    <Label className="font-bold text-ink">
      {children}
      {optional && <span className="ml-2 font-normal text-sub">{t("ui.optional")}</span>}
    </Label>
  );
}

export function FieldNote({ hint, error }: { hint?: ReactNode; error?: string }) {
  return (
    <>
      {hint && (
        <Text slot="description" className="text-sub leading-normal">
          {hint}
        </Text>
      )}
      <FieldError className="flex items-start gap-2 font-bold text-err leading-normal">
        {({ validationErrors }) => (
          <>
            <Icon name="stop" size={20} className="mt-0.5" />
            <span>{error ?? validationErrors.join(" ")}</span>
          </>
        )}
      </FieldError>
    </>
  );
}

/** One line of text. The label is always visible; a placeholder never stands in for it. */
export function TextField({
  label,
  hint,
  error,
  placeholder,
  optional,
  inputClass: extra = "",
  className = "",
  ref,
  ...rest
}: FieldProps) {
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined || rest.isInvalid}
      className={`flex flex-col gap-1 ${className}`}
    >
      <FieldLabel optional={optional}>{label}</FieldLabel>
      <Input ref={ref} autoCapitalize="off" placeholder={placeholder} className={`${inputClass} ${extra}`} />
      <FieldNote hint={hint} error={error} />
    </AriaTextField>
  );
}

/** Several lines. */
export function TextAreaField({
  label,
  hint,
  error,
  placeholder,
  optional,
  rows = 3,
  className = "",
  ref,
  ...rest
}: Omit<FieldProps, "ref"> & { rows?: number; ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined || rest.isInvalid}
      className={`flex flex-col gap-1 ${className}`}
    >
      <FieldLabel optional={optional}>{label}</FieldLabel>
      <TextArea ref={ref} rows={rows} placeholder={placeholder} className={inputClass} />
      <FieldNote hint={hint} error={error} />
    </AriaTextField>
  );
}

/** A password with a button that shows what was typed. */
export function PasswordField({ label, hint, error, className = "", ref, ...rest }: FieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <AriaTextField
      {...rest}
      type={shown ? "text" : "password"}
      isInvalid={error !== undefined || rest.isInvalid}
      className={`flex flex-col gap-1 ${className}`}
    >
      <FieldLabel>{label}</FieldLabel>
      <div className="flex gap-2">
        <Input ref={ref} className={`${inputClass} min-w-0 flex-1`} autoCapitalize="off" spellCheck={false} />
        <Button
          onPress={() => setShown(!shown)}
          aria-pressed={shown}
          icon={shown ? "eyeOff" : "eye"}
          className="!px-4 no-underline"
          aria-label={t(shown ? "ui.hidePassword" : "ui.showPassword")}
        >
          {t(shown ? "ui.hide" : "ui.show")}
        </Button>
      </div>
      <FieldNote hint={hint} error={error} />
    </AriaTextField>
  );
}
