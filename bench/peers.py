"""What other programs did on 100,000 records, measured elsewhere: orientation, not a claim."""

PEERS = {
    "H1 list50, 1 client, ms": {"Tryton 8.2": 182, "InvenTree 1.5": 456, "NetBox 4.7": 363},
    "H1 list50, 50 clients, /s": {"Tryton 8.2": 4.6, "InvenTree 1.5": 8.7, "NetBox 4.7": 2.9},
    "H2 open, 1 client, ms": {"InvenTree 1.5": 93, "NetBox 4.7": 111},
    "H2 open, 50 clients, /s": {"InvenTree 1.5": 14.7, "NetBox 4.7": 13.4},
    "H3 search, 1 client, ms": {"Tryton 8.2": 203, "InvenTree 1.5": 448, "NetBox 4.7": 505},
    "W1 step, 1 client, /s": {"Tryton 8.2": 7.1, "InvenTree 1.5": 7.2, "NetBox 4.7": 3.1},
    "O1 install, s": {"Tryton 8.2": 82, "InvenTree 1.5": 142, "NetBox 4.7": 488},
    "O3 memory, MB": {"Tryton 8.2": 302, "InvenTree 1.5": 825, "NetBox 4.7": 1341},
}
