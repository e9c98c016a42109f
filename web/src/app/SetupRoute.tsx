import { useParams } from "@tanstack/react-router";
import { SetupPage } from "@/auth/views/SetupPage";

/** Takes the token out of the address. */
export function SetupRoute() {
  const { token } = useParams({ strict: false });
  return <SetupPage token={token ?? ""} />;
}
