import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaProps, Link, type LinkProps } from "react-aria-components";
import { Icon, type IconName } from "./Icon";

export type Look = "primary" | "outline" | "text" | "danger";
export type Size = "m" | "l" | "xl";

interface Face {
  /** primary: the one filled action of a screen. danger: cannot be taken back. */
  look?: Look;
  /** m 48 px, l 56 px, xl 64 px high */
  size?: Size;
  icon?: IconName;
  wide?: boolean;
  children: ReactNode;
  className?: string;
}

const looks: Record<Look, string> = {
  primary: "border-key bg-key text-on-key no-underline hover:bg-key-hover hover:border-key-hover",
  outline: "border-key bg-paper text-key underline underline-offset-3 hover:bg-key-soft",
  text: "border-transparent bg-transparent text-key underline underline-offset-3 hover:bg-key-soft",
  danger: "border-err bg-paper text-err no-underline hover:bg-err-soft",
};
const sizes: Record<Size, string> = {
  m: "min-h-12 px-6 text-base",
  l: "min-h-14 px-6 text-lg",
  xl: "min-h-16 px-8 text-[22px]",
};

/** The classes of a button, for the rare element that is neither Button nor LinkButton. */
export function buttonClass({ look = "outline", size = "m", wide, className = "" }: Omit<Face, "children" | "icon">) {
  return (
    "palt inline-flex cursor-pointer items-center justify-center gap-2 rounded-ctl border py-2 text-center font-bold leading-snug " +
    "transition-colors data-[disabled]:cursor-not-allowed data-[pending]:cursor-progress data-[disabled]:border-line data-[disabled]:bg-ground data-[disabled]:text-sub data-[disabled]:no-underline " +
    `${looks[look]} ${sizes[size]} ${look === "text" ? "!px-3" : ""} ${wide ? "w-full" : ""} ${className}`
  );
}

export interface ButtonProps extends Face, Omit<AriaProps, "children" | "className" | "style"> {
  ref?: Ref<HTMLButtonElement>;
}

/**
 * With `isPending` it keeps its focus and its words, but a press does nothing. A form sent by Enter must look for itself.
 * React Aria's own pending state is not used: it announces by the button's id, which is gone when a dialog closes.
 */
export function Button({ look, size, icon, wide, className, children, ref, isPending, onPress, ...rest }: ButtonProps) {
  return (
    <AriaButton
      ref={ref}
      {...rest}
      onPress={isPending ? undefined : onPress}
      aria-disabled={isPending || undefined}
      data-pending={isPending || undefined}
      className={buttonClass({ look, size, wide, className })}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </AriaButton>
  );
}

export interface LinkButtonProps extends Face, Omit<LinkProps, "children" | "className" | "style"> {
  href: string;
}

/** Goes somewhere, so it is a link, whatever it looks like. */
export function LinkButton({ look, size, icon, wide, className, children, ...rest }: LinkButtonProps) {
  return (
    <Link {...rest} className={buttonClass({ look, size, wide, className })}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </Link>
  );
}

export interface IconButtonProps extends Omit<AriaProps, "children" | "className" | "style" | "aria-label"> {
  icon: IconName;
  /** what pressing does; read aloud and shown by the browser on hover */
  label: string;
  className?: string;
}

/** 44 px square, for places where the drawing is known to everyone (close, menu). */
export function IconButton({ icon, label, className = "", ...rest }: IconButtonProps) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      className={`inline-flex size-11 shrink-0 cursor-pointer items-center justify-center rounded-ctl text-key hover:bg-key-soft data-[disabled]:text-sub ${className}`}
    >
      <Icon name={icon} />
    </AriaButton>
  );
}
