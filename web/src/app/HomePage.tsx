import { Navigate } from "@tanstack/react-router";
import { useSession } from "@/lib/session";
import { TodayPage } from "@/meet/views/today/TodayPage";
import { mayTill } from "./guard";

/** The first page: today's meetings with the way to the counter, or the counter where the server has no meetings. */
export function HomePage() {
  const s = useSession();
  if (!s.features.includes("meet") && mayTill(s)) return <Navigate to="/till" replace />;
  return <TodayPage />;
}
