"""Spreadsheets as people send them, made in memory."""

import io

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HEAD = ["Prénom", "Nom", "E-mail", "Téléphone", "Arrondissement"]


def xlsx(*rows, head=HEAD, change=lambda book: None):
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append(row)
    change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ods(*rows, head=HEAD, trailing=0):
    document, table = OpenDocumentSpreadsheet(), Table(name="Liste")
    for values in [head, *rows]:
        row = TableRow()
        for value in values:
            cell = TableCell(valuetype="string")
            if str(value).startswith("of:="):
                cell = TableCell(valuetype="float", value=2, formula=value)
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    if trailing:
        row = TableRow(numberrowsrepeated=trailing)
        row.addElement(TableCell(numbercolumnsrepeated=16000))
        table.addElement(row)
    document.spreadsheet.addElement(table)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def csv(*rows, head=HEAD, separator=";", encoding="utf-8"):
    return "\r\n".join(separator.join(str(cell) for cell in row) for row in [head, *rows]).encode(encoding)
