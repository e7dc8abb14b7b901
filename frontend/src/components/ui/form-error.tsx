/** Why the server refused what a form or dialog asked for; nothing while there is no error. */
export function FormError({ error }: { error: Error | null }) {
  if (!error) return null;
  return (
    <p role="alert" className="text-danger-text text-xs">
      {error.message}
    </p>
  );
}
