package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/contatore/contatore/internal/money"
	"github.com/contatore/contatore/internal/workspace"
)

const timeZone = "Europe/Rome"

// newShop is the workspace where there is none.
func newShop(id string) workspace.CreateInput {
	in := workspace.CreateInput{ID: &id, Name: "Bottega Aurora", Currency: new("EUR"), TimeZone: new(timeZone)}
	for _, a := range answers {
		if !slices.ContainsFunc(in.Prices, func(p workspace.PriceInput) bool { return p.Kind == a.kind }) {
			in.Prices = append(in.Prices, workspace.PriceInput{Kind: a.kind, Price: money.DecimalOf(a.price)})
		}
	}
	return in
}

// person is a customer; the chatbot does not answer one who is inactive.
type person struct {
	name     string
	inactive bool
}

// people are the customers, customer-001 first. A seed makes other usage,
// never other people: two seeds may fill one workspace.
var people = [...]person{
	{name: "Giulia Rossi"},
	{name: "Marco Bianchi"},
	{name: "Francesca Russo"},
	{name: "Alessandro Ferrari"},
	{name: "Chiara Esposito"},
	{name: "Luca Romano"},
	{name: "Martina Colombo"},
	{name: "Matteo Ricci"},
	{name: "Sara Marino"},
	{name: "Davide Greco"},
	{name: "Elena Bruno", inactive: true},
	{name: "Simone Gallo"},
	{name: "Valentina Conti"},
	{name: "Andrea De Luca"},
	{name: "Federica Costa"},
	{name: "Stefano Giordano"},
	{name: "Alice Mancini"},
	{name: "Riccardo Rizzo"},
	{name: "Silvia Lombardi", inactive: true},
	{name: "Lorenzo Moretti"},
	{name: "Ilaria Barbieri"},
	{name: "Gabriele Fontana"},
	{name: "Beatrice Santoro"},
	{name: "Tommaso Mariani"},
	{name: "Laura Rinaldi"},
	{name: "Nicolò Caruso"},
	{name: "Giorgia Ferrara", inactive: true},
	{name: "Filippo Galli"},
	{name: "Anna Martini"},
	{name: "Pietro Leone"},
	{name: "Camilla Longo"},
	{name: "Antonio Gentile"},
	{name: "Noemi Martinelli"},
	{name: "Edoardo Vitale"},
	{name: "Roberta Serra", inactive: true},
	{name: "Giacomo Coppola"},
	{name: "Paola D'Angelo"},
	{name: "Emanuele Marchetti"},
	{name: "Caterina Villa"},
	{name: "Salvatore Ferri"},
}

// prefixes are of Italian mobile numbers.
var prefixes = [...]string{"320", "328", "333", "338", "340", "347", "349", "351", "380", "392"}

func clientID(i int) string { return fmt.Sprintf("customer-%03d", i+1) }

// customer is one of the people, with a phone and an address made up for them.
func customer(i int) workspace.CustomerInput {
	p := people[i]
	mailbox := strings.NewReplacer(" ", ".", "'", "", "ò", "o").Replace(strings.ToLower(p.name))
	return workspace.CustomerInput{
		ClientID: new(clientID(i)), Name: &p.name, ActiveChatbot: new(!p.inactive),
		Phone: new(fmt.Sprintf("+39%s555%04d", prefixes[i%len(prefixes)], 101+i)), Email: new(mailbox + "@example.com"),
	}
}

// ranked are the customers' weights. The seed says who comes first; the second
// has half of that, the third a third, and so on. Who is inactive has nothing.
func ranked(seed uint64) weights {
	share := map[int]int64{}
	for _, i := range rand.New(rand.NewPCG(seed, streamRanks)).Perm(len(people)) {
		if !people[i].inactive {
			share[i] = 1_000_000 / int64(len(share)+1)
		}
	}
	var w weights
	for i := range people {
		w = w.plus(share[i])
	}
	return w
}

// answered is a sort of answer: what it costs, how many of a hundred are of
// it, and how many tokens it takes on average.
type answered struct {
	kind, model, price string
	weight             int64
	input, output      int
}

// answers are all sorts. The last one is of a flow that names no model.
var answers = [...]answered{
	{"message", "gpt-4o-mini", "0.005", 42, 420, 110},
	{"message", "gpt-4o", "0.005", 15, 900, 240},
	{"message", "claude-3-5-haiku", "0.005", 18, 520, 150},
	{"voice", "gpt-4o-audio", "0.015", 9, 300, 380},
	{"document", "claude-3-5-sonnet", "0.02", 6, 4200, 520},
	{"image", "gpt-image-1", "0.04", 5, 90, 1050},
	{"message", "", "0.005", 5, 0, 0},
}

// sorts are the weights of the answers' sorts.
func sorts() weights {
	var w weights
	for _, a := range answers {
		w = w.plus(a.weight)
	}
	return w
}
