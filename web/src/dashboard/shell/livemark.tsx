import { useWords } from "../language";
import { useLive } from "../live";

const words = {
  en: {
    live: "Live",
    polling: "Every 10 s",
    connecting: "Connecting",
    away: "No connection",
    told: {
      live: "Figures of today change as answers are counted.",
      polling: "The live connection does not get through; figures are asked for every 10 seconds.",
      connecting: "Connecting to the live figures.",
      away: "The server does not answer; what is shown may be out of date. Trying again.",
    },
  },
  it: {
    live: "Dal vivo",
    polling: "Ogni 10 s",
    connecting: "Connessione",
    away: "Senza connessione",
    told: {
      live: "I dati di oggi cambiano mentre le risposte vengono contate.",
      polling: "La connessione dal vivo non passa; i dati vengono chiesti ogni 10 secondi.",
      connecting: "Connessione ai dati dal vivo in corso.",
      away: "Il server non risponde; i dati mostrati potrebbero non essere aggiornati. Nuovo tentativo.",
    },
  },
};

/** A discreet mark of how figures of today arrive. */
export function LiveMark() {
  const t = useWords(words);
  const { state } = useLive();
  return (
    <span className={`livemark ${state}`} title={t.told[state]} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="word">{t[state]}</span>
    </span>
  );
}
