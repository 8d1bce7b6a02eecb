"""What other programs did with 100,000 records on the same kind of machine: quoted, not measured here."""

PEERS = {
    "H1, 1 clients, ms": {"Tryton 8.2": 182, "InvenTree 1.5": 456, "NetBox 4.7": 363},
    "H1, 50 clients, /s": {"Tryton 8.2": 4.6, "InvenTree 1.5": 8.7, "NetBox 4.7": 2.9},
    "H2, 1 clients, ms": {"InvenTree 1.5": 93, "NetBox 4.7": 111},
    "H2, 50 clients, /s": {"InvenTree 1.5": 14.7, "NetBox 4.7": 13.4},
    "H3, 1 clients, ms": {"Tryton 8.2": 203, "InvenTree 1.5": 448, "NetBox 4.7": 505},
    "H4, 50 clients, /s": {"Tryton 8.2": 8.2, "InvenTree 1.5": 11, "NetBox 4.7": 6.1},  # without writes
    "W1, 1 clients, /s": {"Tryton 8.2": 7.1, "InvenTree 1.5": 7.2, "NetBox 4.7": 8.0},
    "O1, s": {"Tryton 8.2": 82, "InvenTree 1.5": 142, "NetBox 4.7": 488},
    "O3, MB": {"Tryton 8.2": 302, "InvenTree 1.5": 825, "NetBox 4.7": 1341},
}
