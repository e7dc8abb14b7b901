/**
 * Some actions want the password once more when it was given long ago. Any feature wraps such an action; the dialog that
 * asks is the auth feature's.
 */
import { create } from "zustand";
import { ApiProblem } from "@/lib/api/problem";

interface Reauthentication {
  /** Answers the action that waits: true when the password was confirmed. */
  answer: ((confirmed: boolean) => void) | null;
}

export const useReauthentication = create<Reauthentication>(() => ({ answer: null }));

/** Runs the action, and once more after the person has confirmed the password if the server wants that. */
export async function confirmed<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!wantsPassword(error)) throw error;
    const answered = await new Promise<boolean>((resolve) => {
      useReauthentication.getState().answer?.(false);
      useReauthentication.setState({ answer: resolve });
    });
    useReauthentication.setState({ answer: null });
    if (!answered) throw error;
    return action();
  }
}

const NOT_RECENTLY_AUTHENTICATED = "urn:junjo:problem:not_recently_authenticated";

function wantsPassword(error: unknown): boolean {
  return error instanceof ApiProblem && error.type === NOT_RECENTLY_AUTHENTICATED;
}
