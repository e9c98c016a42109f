import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaProps, Link } from "react-aria-components";
import { Icon, type IconName } from "@/ui";

interface Face {
  /** primary: the one filled action of a screen; plain: grey outline, for side paths of the same size */
  look?: "primary" | "outline" | "plain" | "danger";
  icon?: IconName;
  /** drawn after the words, for what leads on */
  after?: IconName;
  children: ReactNode;
  className?: string;
}

const looks = {
  primary: "border-key bg-key text-on-key hover:bg-key-hover hover:border-key-hover min-h-18 text-[22px] px-8",
  outline: "border-key bg-paper text-key hover:bg-key-soft",
  plain: "border-edge bg-paper text-ink hover:bg-ground",
  danger: "border-err bg-paper text-err hover:bg-err-soft",
};

function face({ look = "outline", className = "" }: Pick<Face, "look" | "className">) {
  return (
    "palt inline-flex min-h-16 cursor-pointer items-center justify-center gap-3 rounded-box border-2 px-6 py-2 text-center text-xl font-bold leading-snug no-underline " +
    "data-[disabled]:cursor-not-allowed data-[disabled]:border-line data-[disabled]:bg-ground data-[disabled]:text-sub data-[pending]:cursor-progress " +
    `${looks[look]} ${className}`
  );
}

export interface ActProps extends Face, Omit<AriaProps, "children" | "className" | "style"> {
  ref?: Ref<HTMLButtonElement>;
}

/** A button of the counter: tall enough for a finger on a tablet. With `isPending` a press does nothing. */
export function Act({ look, icon, after, className, children, ref, isPending, onPress, ...rest }: ActProps) {
  return (
    <AriaButton
      ref={ref}
      {...rest}
      onPress={isPending ? undefined : onPress}
      aria-disabled={isPending || undefined}
      data-pending={isPending || undefined}
      className={face({ look, className })}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {after && <Icon name={after} />}
    </AriaButton>
  );
}

/** The same where it leads somewhere. */
export function ActLink({ look, icon, after, className, children, href }: Face & { href: string }) {
  return (
    <Link href={href} className={face({ look, className })}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {after && <Icon name={after} />}
    </Link>
  );
}
